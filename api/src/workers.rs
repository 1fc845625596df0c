//! A few threads of their own for work that keeps a processor busy.
//!
//! They run at a low priority, so that a flood of such work slows nothing else. In front of them stands a bounded queue:
//! when it is full, or a job has waited past its deadline, the answer is [`Overloaded`] at once.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::metrics::QueueMetrics;

/// How long a job may wait and run before its caller is told that the server is overloaded.
const DEADLINE: Duration = Duration::from_secs(5);

/// More came than can be worked off; trying again in a second or two can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overloaded;

/// The threads. Each owns a tool of type `T`, which its jobs use. Dropping the last clone ends them once they are idle.
pub(crate) struct Workers<T> {
    jobs: Sender<Job<T>>,
    metrics: QueueMetrics,
}

type Job<T> = Box<dyn FnOnce(&mut T) + Send>;

impl<T> Clone for Workers<T> {
    fn clone(&self) -> Self {
        Self {
            jobs: self.jobs.clone(),
            metrics: self.metrics.clone(),
        }
    }
}

impl<T: 'static> Workers<T> {
    /// Starts threads, and lets as many jobs wait as `queue` says. Each thread makes its own tool: a large one is made
    /// while the server starts, and on all cores.
    pub(crate) fn start(
        name: &str,
        threads: usize,
        queue: usize,
        metrics: QueueMetrics,
        tool: impl Fn() -> T + Clone + Send + 'static,
    ) -> io::Result<Self> {
        let (jobs, waiting) = crossbeam_channel::bounded(queue);
        for number in 0..threads {
            let (waiting, tool) = (waiting.clone(), tool.clone());
            thread::Builder::new()
                .name(format!("{name}-{number}"))
                .spawn(move || work(&waiting, tool()))?;
        }
        Ok(Self { jobs, metrics })
    }

    /// Whether a job would be refused now.
    pub(crate) fn is_full(&self) -> bool {
        self.jobs.is_full()
    }

    /// Runs a job on one of the threads.
    pub(crate) async fn run<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> Result<R, Overloaded> {
        let (answer, result) = oneshot::channel();
        let (metrics, asked) = (self.metrics.clone(), Instant::now());
        let job: Job<T> = Box::new(move |tool| {
            metrics.waiting.dec();
            // Whoever asked is gone, or has waited too long: leave the processor to those who have not.
            if !answer.is_closed() {
                metrics.wait.observe(asked.elapsed().as_secs_f64());
                let begun = Instant::now();
                let done = job(tool);
                metrics.duration.observe(begun.elapsed().as_secs_f64());
                let _ = answer.send(done);
            }
        });
        self.metrics.waiting.inc();
        if self.jobs.try_send(job).is_err() {
            self.metrics.waiting.dec();
            return Err(Overloaded);
        }
        match tokio::time::timeout(DEADLINE, result).await {
            Ok(Ok(value)) => Ok(value),
            _ => Err(Overloaded),
        }
    }
}

/// The body of a thread.
fn work<T>(jobs: &Receiver<Job<T>>, mut tool: T) {
    // On Linux a nice value belongs to the thread. Elsewhere it would belong to the whole server, so it is left alone.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(10);
    for job in jobs {
        // What is broken for one job must not be broken for all that follow.
        if panic::catch_unwind(AssertUnwindSafe(|| job(&mut tool))).is_err() {
            tracing::error!("a job panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_job_that_nobody_waits_for_any_more_is_not_done() {
        let workers = Workers::start("test", 1, 10, QueueMetrics::default(), || ()).expect("a thread");
        let (release, held) = mpsc::channel::<()>();
        let holding = tokio::spawn({
            let workers = workers.clone();
            async move { workers.run(move |()| held.recv()).await }
        });
        let (done, was_done) = mpsc::channel();
        let abandoned = workers.run(move |()| done.send(()));
        assert!(
            futures_util::FutureExt::now_or_never(abandoned).is_none(),
            "it waits, and is dropped"
        );
        release.send(()).expect("the thread is held");
        assert!(holding.await.expect("no panic").is_ok());
        assert_eq!(workers.run(|()| 1).await, Ok(1));
        assert!(was_done.try_recv().is_err());
    }

    #[tokio::test]
    async fn what_the_queue_has_no_room_for_is_refused_at_once() {
        let workers = Workers::start("test", 1, 1, QueueMetrics::default(), || ()).expect("a thread");
        let (release, held) = mpsc::channel::<()>();
        let (begun, begins) = mpsc::channel();
        let holding = tokio::spawn({
            let workers = workers.clone();
            async move {
                let job = move |(): &mut ()| {
                    let _ = begun.send(());
                    held.recv()
                };
                workers.run(job).await
            }
        });
        tokio::task::spawn_blocking(move || begins.recv())
            .await
            .expect("no panic")
            .expect("the job has begun");
        let waiting = workers.run(|()| 1);
        tokio::pin!(waiting);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert!(workers.is_full());
        assert_eq!(workers.run(|()| 2).await, Err(Overloaded));
        assert_eq!(workers.metrics.waiting.get(), 1);
        release.send(()).expect("the thread is held");
        assert_eq!(waiting.await, Ok(1));
        assert_eq!(workers.metrics.waiting.get(), 0);
        assert!(holding.await.expect("no panic").is_ok());
    }

    #[tokio::test]
    async fn a_panic_ends_one_job_alone() {
        let workers = Workers::start("test", 1, 10, QueueMetrics::default(), || ()).expect("a thread");
        assert_eq!(workers.run(|()| panic!("on purpose")).await, Err::<(), _>(Overloaded));
        assert_eq!(workers.run(|()| 1).await, Ok(1));
    }
}
