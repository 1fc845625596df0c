//! A clock that is a parameter, so that tests set the time.
//!
//! There are two times. The wall clock says when something happened, and can jump: an operator or NTP sets it. The
//! monotonic clock measures how long something takes in this process, and never jumps.

use std::sync::Arc;
use std::time::{Duration, Instant};

use entity::Timestamp;
use futures_util::future::BoxFuture;

/// How far the clocks of two servers may differ. A stored instant at which something happened, and which lies further
/// ahead than this, was written while the clock was ahead.
pub(crate) const MAX_SKEW: Duration = Duration::from_mins(1);

/// The latest instant that a row can have which was written by now. A later one was written while a clock was ahead.
pub(crate) fn latest_written(now: Timestamp) -> Timestamp {
    now + MAX_SKEW
}

/// Where the time comes from. The server has [`SystemClock`]; a test has one that it sets by hand.
pub trait Clock: Send + Sync + 'static {
    /// The current instant on the wall clock.
    fn now(&self) -> Timestamp;

    /// The current instant on the monotonic clock.
    fn monotonic(&self) -> Instant;

    /// Ends when the monotonic clock has reached `instant`.
    fn sleep_until(&self, instant: Instant) -> BoxFuture<'static, ()>;
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

    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    fn monotonic(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, instant: Instant) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep_until(instant.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_can_be_up_to_a_minute_ahead() {
        assert_eq!(
            latest_written(Timestamp::from_millis(1)),
            Timestamp::from_millis(60_001)
        );
    }
}
