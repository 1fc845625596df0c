use time::OffsetDateTime;

/// Tells the time. It is handed in, so that a test can hand in another one.
pub(crate) type Clock = fn() -> OffsetDateTime;

/// The clock of the operating system, in UTC.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
pub(crate) fn system() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
