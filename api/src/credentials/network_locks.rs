//! Locks that the callers of one client network take one after the other, so that a network with many callers delays
//! only itself.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// One lock for each network. Clones share them.
#[derive(Clone, Default)]
pub(super) struct NetworkLocks(Arc<Mutex<HashMap<IpAddr, Weak<AsyncMutex<()>>>>>);

impl NetworkLocks {
    /// Waits until no other caller of the network holds its lock, and takes it.
    pub(super) async fn lock(&self, network: IpAddr) -> OwnedMutexGuard<()> {
        self.of(network).lock_owned().await
    }

    fn of(&self, network: IpAddr) -> Arc<AsyncMutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Forgets the networks that have no caller any more.
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = locks.get(&network).and_then(Weak::upgrade).unwrap_or_default();
        locks.insert(network, Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn each_network_has_one_lock_and_leaves_nothing_behind() {
        let locks = NetworkLocks::default();
        let [ada, bob] = [[192, 0, 2, 0], [198, 51, 100, 0]].map(IpAddr::from);
        let first = locks.lock(ada).now_or_never();
        assert!(first.is_some());
        assert!(locks.lock(ada).now_or_never().is_none());
        assert!(locks.lock(bob).now_or_never().is_some());
        drop(first);
        assert!(locks.lock(ada).now_or_never().is_some());
        drop(locks.of(bob));
        assert_eq!(locks.0.lock().expect("no panic").len(), 1);
    }
}
