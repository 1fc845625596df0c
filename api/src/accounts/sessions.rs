//! The sessions of a user: found by their token, and listed and ended by the user.

use entity::{AccountEventKind, Timestamp, session, user};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::LockType;
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};

use super::{DomainError, UserStatus};
use crate::app::App;
use crate::audit::Event;
use crate::client::Client;
use crate::database;
use crate::metrics::Step;
use crate::sessions::{self, FoundSession, SessionPosition, SessionToken};
use crate::transaction::Transaction;

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

/// The first `limit` live sessions of a user after a place, the latest used first. A pending user has none.
///
/// # Errors
/// When the database fails or is overloaded.
pub async fn list_sessions(
    app: &App,
    (user, status): (Uuid, UserStatus),
    limit: u64,
    after: Option<SessionPosition>,
) -> Result<Vec<session::Model>, DomainError> {
    if status == UserStatus::Pending {
        return Ok(Vec::new());
    }
    Ok(sessions::list(&app.db, app.clock.now(), &app.policy, user, limit, after).await?)
}

/// Ends one of the caller's sessions.
///
/// # Errors
/// [`DomainError::SessionNotFound`] if the user has no session with this id; [`DomainError::SessionEnded`] if that of the
/// caller ended meanwhile.
pub async fn revoke_session(app: &App, caller: &FoundSession, id: &str, client: &Client) -> Result<(), DomainError> {
    let id: Uuid = id.parse().map_err(|_| DomainError::SessionNotFound)?;
    let now = app.clock.now();
    let transaction = begin_with_session(app, caller).await?;
    if !sessions::revoke_one(&transaction, now, &app.policy, caller.user_id, id).await? {
        return Err(DomainError::SessionNotFound);
    }
    record_end(app, &transaction, caller, now, client).await?;
    transaction.commit().await?;
    Step::SessionEnded.record_for_user(&app.metrics, caller.user_id);
    Ok(())
}

/// Ends the caller's other sessions. Returns how many there were.
///
/// # Errors
/// [`DomainError::SessionEnded`] if the session ended meanwhile. So of two sessions that end each other one remains.
pub async fn revoke_other_sessions(app: &App, caller: &FoundSession, client: &Client) -> Result<u64, DomainError> {
    let now = app.clock.now();
    let transaction = begin_with_session(app, caller).await?;
    let revoked = sessions::revoke_others(&transaction, now, &app.policy, caller.user_id, caller.id).await?;
    if revoked > 0 {
        record_end(app, &transaction, caller, now, client).await?;
    }
    transaction.commit().await?;
    Step::OtherSessionsEnded.record_for_user(&app.metrics, caller.user_id);
    Ok(revoked)
}

/// Begins a transaction that has locked the user, and in which the session of the caller exists.
async fn begin_with_session(app: &App, caller: &FoundSession) -> Result<Transaction, DomainError> {
    let transaction = database::begin(&app.db).await?;
    user::Entity::find_by_id(caller.user_id)
        .lock(LockType::NoKeyUpdate)
        .one(&transaction)
        .await?;
    require_session(&transaction, caller).await?;
    Ok(transaction)
}

/// Records that the caller ended sessions.
async fn record_end(
    app: &App,
    transaction: &impl ConnectionTrait,
    caller: &FoundSession,
    now: Timestamp,
    client: &Client,
) -> Result<(), DomainError> {
    let event = Event::by(client, AccountEventKind::SignedOut, now);
    Ok(app.audit.record(transaction, caller.user_id, event).await?)
}

/// Requires that a session still exists.
pub(super) async fn require_session(
    transaction: &impl ConnectionTrait,
    caller: &FoundSession,
) -> Result<(), DomainError> {
    let found = session::Entity::find_by_id(caller.id).one(transaction).await?;
    found.map(drop).ok_or(DomainError::SessionEnded)
}
