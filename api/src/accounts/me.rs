//! The `me` query: by session or by password.

use super::{DomainError, User, find_session, verify};
use crate::app::App;
use crate::credentials::Credentials;
use crate::sessions::SessionToken;

/// The user of a live session.
///
/// # Errors
/// When the database fails or is overloaded.
pub async fn me_by_session(app: &App, token: &SessionToken) -> Result<Option<User>, DomainError> {
    Ok(find_session(app, token).await?.map(User::from))
}

/// The user, active or pending, whose password this is.
///
/// # Errors
/// Those of [`verify`].
pub async fn me_by_password(app: &App, credentials: &Credentials) -> Result<User, DomainError> {
    Ok(verify(app, credentials).await?.into())
}
