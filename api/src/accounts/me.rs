//! The `me` query: by session or by password.

use super::{DomainError, User, verify};
use crate::app::App;
use crate::credentials::Credentials;
use crate::database;
use crate::sessions::{self, FoundSession, SessionToken};

/// The user of a live session.
///
/// # Errors
/// When the database fails or is overloaded.
pub async fn me_by_session(app: &App, token: &SessionToken) -> Result<Option<User>, DomainError> {
    Ok(find_session(app, token).await?.map(User::from))
}

/// The live session of a token. That it was used is recorded after the answer, at most hourly.
///
/// # Errors
/// When the database fails or is overloaded.
pub async fn find_session(app: &App, token: &SessionToken) -> Result<Option<FoundSession>, DomainError> {
    let now = app.clock.now();
    let Some(found) = app.sessions.find(token.digest()).await? else {
        return Ok(None);
    };
    if sessions::needs_touch(found.last_used_at, now, &app.policy) {
        let (db, policy, id) = (app.db.clone(), app.policy, found.id);
        app.tasks.spawn(async move {
            if let Err(error) = database::within_timeout(sessions::touch(&db, id, now, &policy)).await {
                tracing::warn!(%error, "cannot record the use of a session");
            }
        });
    }
    Ok(Some(found))
}

/// The user, active or pending, whose password this is.
///
/// # Errors
/// [`DomainError::RateLimited`], [`DomainError::InvalidCredentials`].
pub async fn me_by_password(app: &App, credentials: &Credentials) -> Result<User, DomainError> {
    Ok(verify(app, credentials).await?.into())
}
