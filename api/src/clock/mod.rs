//! A clock that is a parameter, so that tests set the time.

use std::sync::Arc;

use entity::Timestamp;
use futures_util::future::BoxFuture;

/// Where the time comes from. The server has [`SystemClock`]; a test has one that it turns by hand.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// Ends when `now` has reached `instant`.
    fn sleep_until(&self, instant: Timestamp) -> BoxFuture<'static, ()>;
}

/// A clock that several tasks share.
pub type SharedClock = Arc<dyn Clock>;

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    fn now(&self) -> Timestamp {
        let elapsed = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(0) + elapsed
    }

    fn sleep_until(&self, instant: Timestamp) -> BoxFuture<'static, ()> {
        let pause = instant.since(self.now());
        Box::pin(tokio::time::sleep(pause))
    }
}
