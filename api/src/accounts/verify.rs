//! What an anonymous request has to pass: the limit of its client, and the check of its password.

use super::DomainError;
use crate::app::App;
use crate::credentials::{Credentials, Identity};
use crate::limits::Client;

/// Takes one credential operation of a client. If none is left, nothing is looked up and nothing hashed.
pub(super) fn check_client_limit(app: &App, client: &Client) -> Result<(), DomainError> {
    app.client_limit.check(client).map_err(DomainError::RateLimited)
}

/// Verifies a password.
///
/// # Errors
/// [`DomainError::RateLimited`], [`DomainError::InvalidCredentials`].
pub async fn verify(app: &App, credentials: &Credentials) -> Result<Identity, DomainError> {
    check_client_limit(app, &credentials.client)?;
    let now = app.clock.now();
    Ok(app.password_checks.verify(&app.keys.limits, now, credentials).await?)
}
