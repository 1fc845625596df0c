//! Verifies the current password of a signed-in user again, where a stolen session must not be enough.

use entity::user;
use sea_orm::prelude::Uuid;

use super::DomainError;
use super::client_limit::check_client_limit;
use crate::app::App;
use crate::client::Client;
use crate::credentials::{Password, VerifyError};

/// Verifies the current password of the user of a session, and returns the user as read with the hash. What is done
/// then requires the `credential_version` of that row.
///
/// # Errors
/// [`DomainError::RateLimited`], [`DomainError::WrongCurrentPassword`].
pub(super) async fn verify_current_password(
    app: &App,
    user: Uuid,
    password: &Password,
    client: &Client,
) -> Result<user::Model, DomainError> {
    check_client_limit(app, client)?;
    verify_within_client_limit(app, user, password).await
}

/// The same for a caller that has already checked the client limit.
pub(super) async fn verify_within_client_limit(
    app: &App,
    user: Uuid,
    password: &Password,
) -> Result<user::Model, DomainError> {
    let now = app.clock.now();
    let given = (user, password.clone());
    let verified = app.password_checks.verify_current(&app.keys.limits, now, given).await;
    verified.map_err(|error| match error {
        VerifyError::Invalid => DomainError::WrongCurrentPassword,
        other => other.into(),
    })
}
