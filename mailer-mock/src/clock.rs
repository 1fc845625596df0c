use time::OffsetDateTime;

/// Returns the current time. Tests replace it.
pub(crate) type Clock = fn() -> OffsetDateTime;

/// The time of the operating system, in UTC.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
pub(crate) fn system() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
