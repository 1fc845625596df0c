//! A clock that a test turns.

use std::time::Duration;

use api::clock::Clock;
use entity::Timestamp;
use tokio::sync::watch;

/// Stands still until it is advanced; then whoever sleeps until an instant that has come wakes.
#[derive(Clone, Debug)]
pub struct ManualClock(watch::Sender<Timestamp>);

impl Default for ManualClock {
    /// Noon of a Sunday.
    fn default() -> Self {
        Self(watch::Sender::new(Timestamp::from_millis(1_767_528_000_000)))
    }
}

impl ManualClock {
    /// Turns the clock.
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
            // A clock that is gone never reaches the instant.
            if time.wait_for(|now| *now >= instant).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}
