//! What makes spans, if there is a collector.

use std::time::SystemTime;

use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

/// What every span needs.
pub(super) struct Active {
    pub(super) provider: SdkTracerProvider,
    pub(super) tracer: SdkTracer,
    /// The name of the database in the attributes of statements.
    pub(super) database: &'static str,
}

/// The current time with all its digits. A span has no effect, so it needs no clock that a test sets.
#[expect(clippy::disallowed_methods, reason = "the log takes its time from the system, too")]
pub(super) fn now() -> SystemTime {
    SystemTime::now()
}
