//! Turns that the callers of one client network take one after the other, so that a network with many callers delays
//! only itself.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// Each network has its own turns. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<HashMap<IpAddr, Weak<Turn<()>>>>>);

impl Turns {
    /// Waits until no other caller of the network has a turn. The turn ends when the guard is dropped.
    pub(super) async fn wait(&self, network: IpAddr) -> OwnedMutexGuard<()> {
        self.of(network).lock_owned().await
    }

    fn of(&self, network: IpAddr) -> Arc<Turn<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Forgets the networks that have no caller any more.
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = turns.get(&network).and_then(Weak::upgrade).unwrap_or_default();
        turns.insert(network, Arc::downgrade(&turn));
        turn
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn each_network_has_one_turn_at_a_time_and_leaves_nothing_behind() {
        let turns = Turns::default();
        let [ada, bob] = [[192, 0, 2, 0], [198, 51, 100, 0]].map(IpAddr::from);
        let first = turns.wait(ada).now_or_never();
        assert!(first.is_some());
        assert!(turns.wait(ada).now_or_never().is_none());
        assert!(turns.wait(bob).now_or_never().is_some());
        drop(first);
        assert!(turns.wait(ada).now_or_never().is_some());
        drop(turns.of(bob));
        assert_eq!(turns.0.lock().expect("no panic").len(), 1);
    }
}
