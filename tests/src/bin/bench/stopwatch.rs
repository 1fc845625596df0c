//! The only place of the benchmark that reads the system time.

use std::time::{Duration, Instant};

/// Measures how long something takes. Copies have the same start.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
