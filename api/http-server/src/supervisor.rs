//! Keeps the tasks running that a server cannot do without.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long a task is down after a panic, so that one that panics at once does not take all the processor time.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// The restarts of each task, by its name.
pub type Restarts = Family<[(&'static str, &'static str); 1], Counter>;

/// Starts tasks again that panic, each by itself. Clones share the state.
#[derive(Clone, Debug, Default)]
pub struct Supervisor {
    down: Arc<Mutex<Vec<&'static str>>>,
    restarts: Restarts,
    stop: CancellationToken,
}

impl Supervisor {
    /// A supervisor that counts restarts in this metric.
    #[must_use]
    pub fn new(restarts: Restarts) -> Self {
        Self {
            restarts,
            ..Self::default()
        }
    }

    /// A supervisor that shares all of this one's state but the stop, so that its tasks can be stopped by themselves.
    #[must_use]
    pub fn with_own_stop(&self) -> Self {
        Self {
            stop: CancellationToken::new(),
            ..self.clone()
        }
    }

    /// Runs a task until it returns. If it panics, it is started again after a pause, unless the server stops.
    pub fn keep_running<F>(&self, name: &'static str, mut start: impl FnMut() -> F + Send + 'static) -> JoinHandle<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let supervisor = self.clone();
        supervisor.count_from_zero(name);
        let mut running = tokio::spawn(start());
        tokio::spawn(async move {
            let stop = supervisor.stop.clone();
            while let Some(ended) = stop.run_until_cancelled(&mut running).await {
                if !ended.is_err_and(|error| error.is_panic()) {
                    return;
                }
                let _down = supervisor.mark_down(name);
                if stop
                    .run_until_cancelled(tokio::time::sleep(RESTART_PAUSE))
                    .await
                    .is_none()
                {
                    return;
                }
                running = tokio::spawn(start());
            }
            // It may own what a stop must close at once, such as a listener.
            drop(start);
            let _ = running.await;
        })
    }

    /// Runs a function on a thread of its own until it returns. If it panics, it is called again after a pause.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn keep_running_on_thread(
        &self,
        name: &'static str,
        number: usize,
        mut work: impl FnMut() + Send + 'static,
    ) -> io::Result<()> {
        let supervisor = self.clone();
        supervisor.count_from_zero(name);
        let supervise = move || {
            while catch_unwind(AssertUnwindSafe(&mut work)).is_err() {
                let _down = supervisor.mark_down(name);
                thread::sleep(RESTART_PAUSE);
            }
        };
        thread::Builder::new()
            .name(format!("{name}-{number}"))
            .spawn(supervise)?;
        Ok(())
    }

    /// The tasks that have panicked and do not run again yet.
    #[must_use]
    pub fn down(&self) -> Vec<&'static str> {
        self.lock_down().clone()
    }

    /// Tells the tasks to return. None is restarted. Threads keep running until their owner is dropped.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Is cancelled by [`stop`](Self::stop).
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// An alert sees a counter that rises, but not one that appears.
    fn count_from_zero(&self, name: &'static str) {
        drop(self.restarts.get_or_create(&[("task", name)]));
    }

    fn mark_down(&self, name: &'static str) -> Down<'_> {
        tracing::error!(task = name, "a task panicked, will restart it");
        self.restarts.get_or_create(&[("task", name)]).inc();
        self.lock_down().push(name);
        Down { supervisor: self, name }
    }

    fn lock_down(&self) -> MutexGuard<'_, Vec<&'static str>> {
        self.down.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task counts as down for as long as this lives.
struct Down<'a> {
    supervisor: &'a Supervisor,
    name: &'static str,
}

impl Drop for Down<'_> {
    fn drop(&mut self) {
        let mut down = self.supervisor.lock_down();
        if let Some(index) = down.iter().position(|name| *name == self.name) {
            down.swap_remove(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const RUNS: usize = 3;

    #[tokio::test(start_paused = true)]
    async fn task_that_panics_is_down_and_then_started_again() {
        let supervisor = Supervisor::default();
        let mut runs = 0;
        let ended = supervisor.keep_running("test", move || {
            runs += 1;
            async move { assert_eq!(runs, RUNS, "on purpose") }
        });
        while supervisor.down().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(supervisor.down(), ["test"]);
        ended.await.expect("no panic");
        assert!(supervisor.down().is_empty());
        assert_eq!(supervisor.restarts.get_or_create(&[("task", "test")]).get(), 2);
    }

    #[tokio::test]
    async fn stop_waits_for_the_task_and_releases_what_starts_it() {
        let supervisor = Supervisor::default();
        let (owned, stop) = (Arc::new(()), supervisor.stopping());
        let released = Arc::downgrade(&owned);
        let ended = supervisor.keep_running("test", move || {
            let _ = &owned;
            let (stop, released) = (stop.clone(), Arc::downgrade(&owned));
            async move {
                stop.cancelled().await;
                while released.strong_count() > 0 {
                    tokio::task::yield_now().await;
                }
            }
        });
        supervisor.stop();
        ended.await.expect("no panic");
        assert_eq!(released.strong_count(), 0);
    }

    #[test]
    fn thread_that_panics_goes_on() {
        let supervisor = Supervisor::default();
        let (sender, runs) = mpsc::channel();
        let mut run = 0;
        let work = move || {
            run += 1;
            sender.send(run).expect("the test waits");
            assert_eq!(run, 2, "on purpose");
        };
        supervisor.keep_running_on_thread("test", 0, work).expect("a thread");
        assert_eq!(runs.iter().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(supervisor.restarts.get_or_create(&[("task", "test")]).get(), 1);
    }
}
