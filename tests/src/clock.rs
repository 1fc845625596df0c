//! A clock that a test advances.

use std::time::{Duration, Instant};

use api::clock::Clock;
use entity::Timestamp;
use tokio::sync::watch;

/// Stands still until a test advances it, which wakes the sleeps that are due.
#[derive(Clone, Debug)]
pub struct ManualClock(watch::Sender<(Timestamp, Instant)>);

impl Default for ManualClock {
    /// Noon on a Sunday.
    #[expect(
        clippy::disallowed_methods,
        reason = "only a starting point: nothing else makes an instant"
    )]
    fn default() -> Self {
        let noon = Timestamp::from_millis(1_767_528_000_000);
        Self(watch::Sender::new((noon, Instant::now())))
    }
}

impl ManualClock {
    /// Lets time pass.
    pub fn advance(&self, duration: Duration) {
        self.0.send_modify(|(wall, monotonic)| {
            *wall = *wall + duration;
            *monotonic += duration;
        });
    }

    /// Sets the wall clock ahead. No time passes.
    pub fn set_ahead(&self, duration: Duration) {
        self.0.send_modify(|(wall, _)| *wall = *wall + duration);
    }

    /// Sets the wall clock back. No time passes.
    pub fn set_back(&self, duration: Duration) {
        self.0.send_modify(|(wall, _)| *wall = wall.before(duration));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.0.borrow().0
    }

    fn monotonic(&self) -> Instant {
        self.0.borrow().1
    }

    fn sleep_until(&self, instant: Instant) -> futures_util::future::BoxFuture<'static, ()> {
        let mut time = self.0.subscribe();
        Box::pin(async move {
            // A dropped clock never reaches the instant.
            if time.wait_for(|(_, monotonic)| *monotonic >= instant).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}
