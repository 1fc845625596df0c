//! Logs and counts the steps in the life of an account.

use entity::Purpose;
use sea_orm::prelude::Uuid;

use crate::metrics::{Metrics, Step};

impl Step {
    /// The step that begins a verification.
    pub(super) const fn begins(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Registration => Self::Registered,
            Purpose::PasswordReset => Self::PasswordResetRequested,
            Purpose::EmailChange => Self::EmailChangeRequested,
        }
    }

    /// Logs and counts the step of a user. Call it after the commit.
    pub(super) fn record_for_user(self, metrics: &Metrics, user: Uuid) {
        metrics.account_steps.get_or_create(&[("step", self.name())]).inc();
        tracing::info!(step = self.name(), %user, "account step");
    }

    /// The same for a verification. The id of a registration becomes that of its user.
    pub(super) fn record_for_verification(self, metrics: &Metrics, verification: Uuid) {
        metrics.account_steps.get_or_create(&[("step", self.name())]).inc();
        tracing::info!(step = self.name(), %verification, "account step");
    }
}
