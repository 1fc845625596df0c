//! Checks the strength of new passwords on a thread of its own, one at a time for each client network: a password can
//! be made to take milliseconds, and many of them must not delay the registrations of others.

use std::net::IpAddr;

use http_server::Supervisor;
use prometheus_client::metrics::counter::Counter;
use secrecy::{ExposeSecret, SecretString};

use super::network_locks::NetworkLocks;
use super::strength::{self, TooWeak};
use super::worker_pool::{JOB_TIMEOUT, Overloaded, WorkerPool};
use super::{BreachedPasswords, EmailAddress, NewPassword};
use crate::client::Client;
use crate::metrics::{Metrics, QueueMetrics};
use crate::start_error::StartError;

/// Checks new passwords. Clones share the thread.
#[derive(Clone)]
pub struct StrengthChecks {
    thread: WorkerPool<()>,
    network_locks: NetworkLocks,
    breached: BreachedPasswords,
    refused: Counter,
}

impl StrengthChecks {
    /// Starts the thread, for which `queue` checks may wait.
    pub(crate) fn start(
        queue: usize,
        breached: BreachedPasswords,
        metrics: &Metrics,
        supervisor: &Supervisor,
    ) -> Result<Self, StartError> {
        let thread = WorkerPool::start("estimate", supervisor, 1, queue, QueueMetrics::default(), || ());
        Ok(Self {
            thread: thread.map_err(StartError::Thread)?,
            network_locks: NetworkLocks::default(),
            breached,
            refused: metrics.estimates_refused.clone(),
        })
    }

    /// Checks the strength of a new password of an address.
    pub(crate) async fn check(
        &self,
        email: &EmailAddress,
        password: &NewPassword,
        client: &Client,
    ) -> Result<Result<(), TooWeak>, Overloaded> {
        let (email, breached) = (email.clone(), self.breached.clone());
        let check = move |password: &str| strength::check(password, &email, &breached);
        self.run(client.network(), password.secret(), check).await
    }

    /// Runs a check. Another one of the same client network waits until it has ended, also if its caller leaves.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn run<R: Send + 'static>(
        &self,
        network: IpAddr,
        password: SecretString,
        check: impl FnOnce(&str) -> R + Send + 'static,
    ) -> Result<R, Overloaded> {
        let checking = async {
            let lock = self.network_locks.lock(network).await;
            let job = move |(): &mut ()| {
                let checked = check(password.expose_secret());
                drop(lock);
                checked
            };
            self.thread.run(job).await
        };
        let checked = tokio::time::timeout(JOB_TIMEOUT, checking).await;
        let checked = checked.unwrap_or(Err(Overloaded));
        if checked.is_err() {
            self.refused.inc();
        }
        checked
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::{Arc, Mutex, mpsc};

    use futures_util::poll;

    use super::*;

    fn checks(metrics: &Metrics) -> StrengthChecks {
        StrengthChecks::start(10, BreachedPasswords::default(), metrics, &Supervisor::default()).expect("a thread")
    }

    #[tokio::test]
    async fn one_network_has_one_check_in_the_queue() {
        let checks = checks(&Metrics::new());
        let (flood, other) = ([192, 0, 2, 0].into(), [198, 51, 100, 0].into());
        let (release, held) = mpsc::channel::<()>();
        let (ran, order) = mpsc::channel();
        let check = |network, name: &'static str| {
            let ran = ran.clone();
            checks.run(network, "secret".into(), move |_| ran.send(name))
        };
        let mut slow = pin!(checks.run(flood, "secret".into(), move |_| held.recv()));
        let mut floods = [check(flood, "flood"), check(flood, "flood")].map(Box::pin);
        let mut others = pin!(check(other, "other"));
        assert!(poll!(&mut slow).is_pending());
        for flood in &mut floods {
            assert!(poll!(flood).is_pending());
        }
        assert!(poll!(&mut others).is_pending());
        release.send(()).expect("the first check is held");
        let [first, second] = floods;
        let _ = futures_util::join!(slow, first, second, others);
        assert_eq!(order.try_iter().collect::<Vec<_>>(), ["other", "flood", "flood"]);
    }

    #[tokio::test]
    async fn refused_checks_have_a_metric_of_their_own() {
        let metrics = Metrics::new();
        let checks = checks(&metrics);
        let (_release, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let mut waiting = Vec::new();
        for network in 0..20 {
            let held = held.clone();
            let wait = move |_: &str| held.lock().map(|held| held.recv().is_ok()).is_ok();
            let mut check = Box::pin(checks.run([192, 0, 2, network].into(), "secret".into(), wait));
            let _ = poll!(&mut check);
            waiting.push(check);
        }
        assert!(metrics.estimates_refused.get() > 0);
        assert_eq!(metrics.hashing_refused.get(), 0);
    }
}
