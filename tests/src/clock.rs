//! A clock that a test advances.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use api::clock::{Clock, SystemClock};
use entity::Timestamp;
use tokio::sync::watch;

/// Stands still until a test advances it, which wakes the sleeps that are due.
#[derive(Clone, Debug)]
pub struct ManualClock {
    time: watch::Sender<(Timestamp, Instant)>,
    is_broken: Arc<AtomicBool>,
}

impl Default for ManualClock {
    /// Noon on a Sunday.
    #[expect(
        clippy::disallowed_methods,
        reason = "only a starting point: nothing else makes an instant"
    )]
    fn default() -> Self {
        let noon = Timestamp::from_millis(1_767_528_000_000);
        Self {
            time: watch::Sender::new((noon, Instant::now())),
            is_broken: Arc::default(),
        }
    }
}

impl ManualClock {
    /// Stands still at the current time, for other programs that compare it with theirs.
    #[must_use]
    pub fn at_present() -> Self {
        let clock = Self::default();
        clock.set_ahead(SystemClock.now().since(clock.now()));
        clock
    }

    /// Lets time pass.
    pub fn advance(&self, duration: Duration) {
        self.time.send_modify(|(wall, monotonic)| {
            *wall = *wall + duration;
            *monotonic += duration;
        });
    }

    /// Sets the wall clock ahead. No time passes.
    pub fn set_ahead(&self, duration: Duration) {
        self.time.send_modify(|(wall, _)| *wall = *wall + duration);
    }

    /// Sets the wall clock back. No time passes.
    pub fn set_back(&self, duration: Duration) {
        self.time.send_modify(|(wall, _)| *wall = *wall - duration);
    }

    /// How many tasks wait for a time.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.time.receiver_count()
    }

    /// Makes everything panic that asks for the time.
    pub fn set_broken(&self, is_broken: bool) {
        self.is_broken.store(is_broken, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        assert!(!self.is_broken.load(Ordering::Relaxed), "the test broke the clock");
        self.time.borrow().0
    }

    fn monotonic(&self) -> Instant {
        assert!(!self.is_broken.load(Ordering::Relaxed), "the test broke the clock");
        self.time.borrow().1
    }

    fn sleep_until(&self, instant: Instant) -> futures_util::future::BoxFuture<'static, ()> {
        let mut time = self.time.subscribe();
        Box::pin(async move {
            // A dropped clock never reaches the instant.
            if time.wait_for(|(_, monotonic)| *monotonic >= instant).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}
