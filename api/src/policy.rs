//! The numbers that an operator may choose.

use std::time::Duration;

use entity::Timestamp;

/// The numbers that an operator may choose.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Digits of an activation code.
    pub code_length: u8,
    /// How long an activation code can be used.
    pub code_ttl: Duration,
    /// The absolute lifetime of a session.
    pub session_ttl: Duration,
    /// How long a session lives without being used.
    pub session_idle: Duration,
    /// How long events of accounts, and the counts of refusals, are kept.
    pub audit_retention: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            code_length: 4,
            code_ttl: Duration::from_mins(1),
            session_ttl: Duration::from_hours(30 * 24),
            session_idle: Duration::from_hours(7 * 24),
            audit_retention: Duration::from_hours(90 * 24),
        }
    }
}

impl Policy {
    /// The last use of a session is written no more often than this.
    #[must_use]
    pub(crate) fn session_touch(&self) -> Duration {
        Duration::from_hours(1).min(self.session_idle / 10)
    }

    /// A session that was last used at this instant or before has ended. One touch interval is added, because a use
    /// within it may not have been written.
    #[must_use]
    pub(crate) fn idle_since(&self, now: Timestamp) -> Timestamp {
        now - (self.session_idle + self.session_touch())
    }
}
