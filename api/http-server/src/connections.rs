//! The open connections of a listener, and which of them makes room for a new one.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::{AbortHandle, Id, JoinError, JoinSet};

/// How many connections a listener may have.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Connections in all.
    pub total: usize,
    /// Connections from one client network.
    pub per_network: usize,
}

impl ConnectionLimits {
    /// The same limit in all and for one network.
    #[must_use]
    pub const fn total(total: usize) -> Self {
        Self {
            total,
            per_network: total,
        }
    }
}

/// Whether a connection waits for its client, and since when. A new one does.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    /// Counts events of all connections, so that they are ordered without a clock.
    events: Arc<AtomicU64>,
    /// The event since when it waits, or [`BUSY`].
    waiting_since: Arc<AtomicU64>,
}

const BUSY: u64 = u64::MAX;

impl Activity {
    /// From now on the connection waits for its client, and may be closed to make room.
    pub fn waiting(&self) {
        let now = self.events.fetch_add(1, Ordering::Relaxed);
        self.waiting_since.store(now, Ordering::Relaxed);
    }

    /// The server works for the client.
    pub fn busy(&self) {
        self.waiting_since.store(BUSY, Ordering::Relaxed);
    }

    fn waiting_since(&self) -> Option<u64> {
        Some(self.waiting_since.load(Ordering::Relaxed)).filter(|since| *since != BUSY)
    }
}

/// The connections that are open.
pub(crate) struct Connections {
    limits: ConnectionLimits,
    tasks: JoinSet<()>,
    open: HashMap<Id, Connection>,
    per_network: HashMap<IpAddr, usize>,
    events: Arc<AtomicU64>,
}

struct Connection {
    network: Option<IpAddr>,
    activity: Activity,
    task: AbortHandle,
}

impl Connections {
    pub(crate) fn new(limits: ConnectionLimits) -> Self {
        Self {
            limits,
            tasks: JoinSet::new(),
            open: HashMap::new(),
            per_network: HashMap::new(),
            events: Arc::default(),
        }
    }

    /// Runs a connection in a task of its own. It is counted for its network, if it has one. At a limit it takes the
    /// place of the connection that has waited longest for its client. If none waits, it is dropped, and so closed.
    pub(crate) async fn spawn<F>(&mut self, network: Option<IpAddr>, serve: impl FnOnce(Activity) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.forget_ended();
        if !self.has_room(network).await {
            return;
        }
        let activity = Activity {
            events: self.events.clone(),
            waiting_since: Arc::default(),
        };
        activity.waiting();
        let task = self.tasks.spawn(serve(activity.clone()));
        if let Some(network) = network {
            *self.per_network.entry(network).or_default() += 1;
        }
        self.open.insert(
            task.id(),
            Connection {
                network,
                activity,
                task,
            },
        );
    }

    async fn has_room(&mut self, network: Option<IpAddr>) -> bool {
        let is_full = |network| self.per_network.get(&network) >= Some(&self.limits.per_network);
        if network.is_some_and(is_full) && !self.close_longest_waiting(network).await {
            return false;
        }
        self.open.len() < self.limits.total || self.close_longest_waiting(None).await
    }

    /// Closes the one, of this network or of any, that has waited longest for its client. Tells whether one waited. Its
    /// place is free only when its task is gone, and with it the socket.
    pub(crate) async fn close_longest_waiting(&mut self, network: Option<IpAddr>) -> bool {
        let eligible = |connection: &Connection| network.is_none() || connection.network == network;
        let waiting = self.open.iter().filter(|(_, connection)| eligible(connection));
        let waiting = waiting.filter_map(|(id, connection)| Some((connection.activity.waiting_since()?, *id)));
        let Some((_, id)) = waiting.min() else {
            return false;
        };
        self.open[&id].task.abort();
        while self.open.contains_key(&id)
            && let Some(ended) = self.tasks.join_next_with_id().await
        {
            self.forget(id_of(ended));
        }
        true
    }

    fn forget_ended(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.forget(id_of(ended));
        }
    }

    fn forget(&mut self, id: Id) {
        if let Some(network) = self.open.remove(&id).and_then(|connection| connection.network)
            && let Some(count) = self.per_network.get_mut(&network)
        {
            *count -= 1;
            if *count == 0 {
                self.per_network.remove(&network);
            }
        }
    }

    /// Waits until all have ended.
    pub(crate) async fn ended(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }

    /// Closes all.
    pub(crate) async fn close(mut self) {
        self.tasks.shutdown().await;
    }
}

fn id_of(ended: Result<(Id, ()), JoinError>) -> Id {
    ended.map_or_else(|error| error.id(), |(id, ())| id)
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn place_is_free_when_the_socket_is_closed() {
        let network = Some([192, 0, 2, 0].into());
        for limits in [
            ConnectionLimits::total(1),
            ConnectionLimits {
                total: 2,
                per_network: 1,
            },
        ] {
            let mut connections = Connections::new(limits);
            let socket = Arc::new(());
            for served in 1..=3 {
                let mine = socket.clone();
                let mut sockets = 0;
                let serve = |_| {
                    sockets = Arc::strong_count(&socket) - 1;
                    async move {
                        let held = mine;
                        pending::<()>().await;
                        drop(held);
                    }
                };
                connections.spawn(network, serve).await;
                assert_eq!(sockets, 1, "{limits:?}: the new one alone is open, after {served}");
                // It holds its socket when it runs.
                tokio::task::yield_now().await;
            }
        }
    }
}
