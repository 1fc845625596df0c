//! What a check finds, as text and as JSON.

use serde::Serialize;

/// The result of one check. The text is one line, and contains no secret.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    check: &'static str,
    pub(super) ok: bool,
    message: String,
}

impl Finding {
    pub(super) fn ok(check: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            check,
            ok: true,
            message,
        }
    }

    /// What is wrong, and what to do.
    pub(super) fn wrong(check: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            check,
            ok: false,
            message,
        }
    }

    pub(super) fn line(&self, json: bool) -> Result<String, serde_json::Error> {
        if json {
            return serde_json::to_string(self);
        }
        let status = if self.ok { "ok" } else { "WRONG" };
        Ok(format!("{status:<5}  {:<10}  {}", self.check, self.message))
    }
}
