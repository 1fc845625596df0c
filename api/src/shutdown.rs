//! How long a stop may take.

use std::time::Duration;

/// What requests leave of the time of a stop for the steps after them.
const LAST_STEPS: Duration = Duration::from_secs(5);

/// How long a stop may take.
#[derive(Debug, Clone, Copy)]
pub struct Shutdown {
    /// How long the server still accepts requests, so that proxies notice that it stops.
    pub delay: Duration,
    /// How long everything else may take.
    pub timeout: Duration,
}

impl Shutdown {
    /// How long the requests in progress may take.
    pub(crate) fn requests(self) -> Duration {
        self.timeout.saturating_sub(LAST_STEPS).max(self.timeout / 2)
    }
}
