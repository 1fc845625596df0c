//! Ending sessions. Whatever ends several sessions of a user has locked the user, so that no two of these wait for each
//! other.

use entity::{Timestamp, session};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, Order, QueryFilter};

use super::list::{MAX_SESSIONS, live_of};
use super::session_token::SessionToken;
use crate::audit::{Audit, Event};
use crate::policy::Policy;

/// Ends the session of a token, if there is one, and records the event. Returns whose it was.
pub(crate) async fn revoke(
    db: &DatabaseConnection,
    audit: &Audit,
    token: &SessionToken,
    event: Event<'_>,
) -> Result<Option<Uuid>, DbErr> {
    let sql = "DELETE FROM sessions WHERE token_digest = $1 RETURNING user_id";
    let ended = audit
        .run_and_record_alone(db, sql, [token.digest().into()], event)
        .await?;
    ended.map(|row| row.try_get("", "user_id")).transpose()
}

/// Ends a live session of a user. Tells whether there was one with this id.
pub(crate) async fn revoke_one(
    db: &impl ConnectionTrait,
    now: Timestamp,
    policy: &Policy,
    user: Uuid,
    id: Uuid,
) -> Result<bool, DbErr> {
    let revoked = session::Entity::delete_many()
        .filter(live_of(user, now, policy))
        .filter(session::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(revoked.rows_affected == 1)
}

/// Ends all live sessions of a user but one. Returns how many there were.
pub(crate) async fn revoke_others(
    transaction: &impl ConnectionTrait,
    now: Timestamp,
    policy: &Policy,
    user: Uuid,
    kept: Uuid,
) -> Result<u64, DbErr> {
    let revoked = session::Entity::delete_many()
        .filter(live_of(user, now, policy))
        .filter(session::Column::Id.ne(kept))
        .exec(transaction)
        .await?;
    Ok(revoked.rows_affected)
}

/// Ends all sessions of a user. Returns how many there were.
pub(crate) async fn revoke_all(transaction: &impl ConnectionTrait, user: Uuid) -> Result<u64, DbErr> {
    let revoked = session::Entity::delete_many()
        .filter(session::Column::UserId.eq(user))
        .exec(transaction)
        .await?;
    Ok(revoked.rows_affected)
}

/// Ends the live sessions of a user beyond [`MAX_SESSIONS`], those idle longest, in the transaction that has just
/// opened one. `open` has locked the user, so each transaction sees what those before it have opened.
pub(crate) async fn revoke_excess(
    transaction: &impl ConnectionTrait,
    now: Timestamp,
    policy: &Policy,
    user: Uuid,
    opened: Uuid,
) -> Result<(), DbErr> {
    // SQLite knows no offset without a limit.
    let excess = Query::select()
        .column(session::Column::Id)
        .from(session::Entity)
        .cond_where(live_of(user, now, policy))
        .and_where(session::Column::Id.ne(opened))
        .order_by(session::Column::LastUsedAt, Order::Desc)
        .order_by(session::Column::Id, Order::Desc)
        .offset(MAX_SESSIONS - 1)
        .limit(u32::MAX.into())
        .to_owned();
    session::Entity::delete_many()
        .filter(session::Column::Id.in_subquery(excess))
        .exec(transaction)
        .await?;
    Ok(())
}
