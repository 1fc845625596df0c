//! Values for an email that nobody receives.

use std::time::Duration;

use entity::Timestamp;

use super::values::MailedCode;

/// A code.
pub(super) fn code<'a>(digits: &'a str, link: Option<&'a str>) -> MailedCode<'a> {
    let now = Timestamp::from_millis(0);
    MailedCode {
        digits,
        expires_at: now + Duration::from_mins(10),
        now,
        link,
    }
}
