//! The one place of the benchmark that asks the system for the time.

use std::time::{Duration, Instant};

/// Measures how long something takes. Copies share the instant of the start.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "what is measured here is the time of the system"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
