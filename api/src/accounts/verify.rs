//! Verifies the password of an anonymous request.

use super::DomainError;
use super::client_limit::check_client_limit;
use crate::app::App;
use crate::credentials::{Credentials, Identity};

/// Verifies a password.
///
/// # Errors
/// [`DomainError::RateLimited`], [`DomainError::InvalidCredentials`], [`DomainError::AccountDisabled`],
/// [`DomainError::Overloaded`].
pub async fn verify(app: &App, credentials: &Credentials) -> Result<Identity, DomainError> {
    check_client_limit(app, &credentials.client)?;
    let now = app.clock.now();
    Ok(app.password_checks.verify(&app.keys.limits, now, credentials).await?)
}
