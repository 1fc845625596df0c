//! A clock that a test advances.

use std::time::Duration;

use api::clock::Clock;
use entity::Timestamp;
use tokio::sync::watch;

/// Stands still until a test advances it, which wakes the sleeps that are due.
#[derive(Clone, Debug)]
pub struct ManualClock(watch::Sender<Timestamp>);

impl Default for ManualClock {
    /// Noon on a Sunday.
    fn default() -> Self {
        Self(watch::Sender::new(Timestamp::from_millis(1_767_528_000_000)))
    }
}

impl ManualClock {
    /// Advances the clock.
    pub fn advance(&self, duration: Duration) {
        self.0.send_modify(|now| *now = *now + duration);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn sleep_until(&self, instant: Timestamp) -> futures_util::future::BoxFuture<'static, ()> {
        let mut time = self.0.subscribe();
        Box::pin(async move {
            // A dropped clock never reaches the instant.
            if time.wait_for(|now| *now >= instant).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}
