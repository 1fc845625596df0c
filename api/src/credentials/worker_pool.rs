//! Threads for work that keeps a processor busy.
//!
//! They run at a low priority, so that a flood of such work slows nothing else. A bounded queue precedes them: a job
//! that finds it full, or waits past its deadline, is [`Overloaded`] at once.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};
use http_server::Supervisor;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::Instant;

use crate::metrics::QueueMetrics;
use crate::telemetry::record_hash;

/// How long a job may wait and run.
pub(super) const JOB_TIMEOUT: Duration = Duration::from_secs(5);

/// The server has more work than it can do. Retrying in a second or two can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overloaded;

/// A pool of threads. Each owns a tool of type `T`, which its jobs use. The threads end when the last clone is dropped.
pub(super) struct WorkerPool<T> {
    jobs: Sender<Job<T>>,
    places: Arc<Semaphore>,
    metrics: QueueMetrics,
    name: &'static str,
}

/// A place in the queue, until its job begins or it is dropped.
pub(super) type Permit = OwnedSemaphorePermit;

type Job<T> = Box<dyn FnOnce(&mut T) + Send>;

impl<T> Clone for WorkerPool<T> {
    fn clone(&self) -> Self {
        Self {
            jobs: self.jobs.clone(),
            places: self.places.clone(),
            metrics: self.metrics.clone(),
            name: self.name,
        }
    }
}

impl<T: 'static> WorkerPool<T> {
    /// Starts threads with a queue of `queue` jobs. Each thread makes its own tool, so that large ones are made in
    /// parallel while the server starts.
    pub(super) fn start(
        name: &'static str,
        supervisor: &Supervisor,
        threads: usize,
        queue: usize,
        metrics: QueueMetrics,
        tool: impl Fn() -> T + Clone + Send + 'static,
    ) -> io::Result<Self> {
        let places = Arc::new(Semaphore::new(queue));
        let (jobs, queue) = crossbeam_channel::unbounded();
        for number in 0..threads {
            let (queue, tool) = (queue.clone(), tool.clone());
            supervisor.keep_running_on_thread(name, number, move || work(&queue, tool()))?;
        }
        Ok(Self {
            jobs,
            places,
            metrics,
            name,
        })
    }

    /// Whether the queue would refuse a job now.
    pub(super) fn is_full(&self) -> bool {
        self.places.available_permits() == 0
    }

    /// Reserves a place in the queue.
    pub(super) fn reserve(&self) -> Result<Permit, Overloaded> {
        self.places.clone().try_acquire_owned().map_err(|_| Overloaded)
    }

    /// Runs a job on one of the threads. A job whose caller is gone before it begins does not run.
    pub(super) async fn run<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> Result<R, Overloaded> {
        self.run_in(self.reserve()?, job).await
    }

    /// The same in a place that was reserved.
    pub(super) async fn run_in<R: Send + 'static>(
        &self,
        permit: Permit,
        job: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> Result<R, Overloaded> {
        let (answer, result) = oneshot::channel();
        let (metrics, queued) = (self.metrics.clone(), Instant::now());
        let job: Job<T> = Box::new(move |tool| {
            drop(permit);
            metrics.waiting.dec();
            if !answer.is_closed() {
                let started = Instant::now();
                let waited = started - queued;
                metrics.wait.observe(waited.as_secs_f64());
                let result = job(tool);
                let ran = started.elapsed();
                metrics.duration.observe(ran.as_secs_f64());
                let _ = answer.send((result, waited, ran));
            }
        });
        self.metrics.waiting.inc();
        if self.jobs.send(job).is_err() {
            self.metrics.waiting.dec();
            return Err(Overloaded);
        }
        match tokio::time::timeout(JOB_TIMEOUT, result).await {
            Ok(Ok((value, waited, ran))) => {
                record_hash(self.name, waited, ran);
                Ok(value)
            }
            _ => Err(Overloaded),
        }
    }

    /// Keeps one thread busy until the sender is dropped.
    #[cfg(any(test, feature = "testing"))]
    pub(super) async fn hold(&self) -> std::sync::mpsc::Sender<()> {
        let (release, held) = std::sync::mpsc::channel();
        let (begun, begins) = oneshot::channel();
        let pool = self.clone();
        let job = move |_: &mut T| {
            let _ = begun.send(());
            let _ = held.recv();
        };
        tokio::spawn(async move { pool.run(job).await });
        begins.await.expect("the job begins");
        release
    }
}

/// The body of a thread.
fn work<T>(queue: &Receiver<Job<T>>, mut tool: T) {
    // On Linux a nice value belongs to the thread. Elsewhere it belongs to the whole process, so it stays as it is.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(10);
    for job in queue {
        // A panic must not end the thread: the other jobs need it.
        if panic::catch_unwind(AssertUnwindSafe(|| job(&mut tool))).is_err() {
            tracing::error!("a job on a worker thread panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::FutureExt;

    use super::*;

    fn start(queue: usize) -> WorkerPool<()> {
        WorkerPool::start("test", &Supervisor::default(), 1, queue, QueueMetrics::default(), || ()).expect("a thread")
    }

    #[tokio::test]
    async fn abandoned_job_does_not_run() {
        let threads = start(10);
        let release = threads.hold().await;
        let (done, was_done) = mpsc::channel();
        let abandoned = threads.run(move |()| done.send(()));
        assert!(abandoned.now_or_never().is_none(), "it waits, and is dropped");
        drop(release);
        assert_eq!(threads.run(|()| 1).await, Ok(1));
        assert!(was_done.try_recv().is_err());
    }

    #[tokio::test]
    async fn full_queue_refuses_at_once() {
        let threads = start(1);
        let release = threads.hold().await;
        let waiting = threads.run(|()| 1);
        tokio::pin!(waiting);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert!(threads.is_full());
        assert_eq!(threads.run(|()| 2).await, Err(Overloaded));
        assert_eq!(threads.metrics.waiting.get(), 1);
        drop(release);
        assert_eq!(waiting.await, Ok(1));
        assert_eq!(threads.metrics.waiting.get(), 0);
    }

    #[tokio::test]
    async fn panic_ends_only_its_own_job() {
        let threads = start(10);
        assert_eq!(threads.run(|()| panic!("on purpose")).await, Err::<(), _>(Overloaded));
        assert_eq!(threads.run(|()| 1).await, Ok(1));
    }
}
