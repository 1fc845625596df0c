//! Opening a session, and keeping it alive.

use entity::{AccountEventKind, Timestamp, session, user};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::session_token::SessionToken;
use crate::audit::{Audit, Event};
use crate::client::Client;
use crate::clock::latest_written;
use crate::policy::Policy;
use crate::random::{self, Random};
use crate::sql::row_lock;

/// A session that was just opened.
#[derive(Debug)]
pub struct OpenedSession {
    /// UUID version 7.
    pub id: Uuid,
    /// To be shown once.
    pub token: SessionToken,
    /// The absolute end.
    pub expires_at: Timestamp,
}

/// A session to open.
pub(crate) struct NewSession<'a> {
    /// As read with the hash that was verified.
    pub user: &'a user::Model,
    pub client: &'a Client,
    /// The event of which the session is a part.
    pub event: AccountEventKind,
    pub now: Timestamp,
}

/// Opens a session if the user is enabled and their credentials are still the verified ones: `credential_version` is
/// that of the row whose password was verified. So no session outlives the password that opened it. Records its event.
pub(crate) async fn open(
    tx: &impl ConnectionTrait,
    random: &dyn Random,
    audit: &Audit,
    policy: &Policy,
    new: NewSession<'_>,
) -> Result<Option<OpenedSession>, DbErr> {
    // Without the lock, PostgreSQL would miss a change of the user that commits meanwhile. No two transactions hold
    // this lock, so `revoke_excess` sees all sessions. SQLite has one writer.
    let lock = row_lock(tx, "FOR NO KEY UPDATE");
    let sql = format!(
        "INSERT INTO sessions \
            (id, user_id, token_digest, created_at, last_used_at, expires_at, user_agent, network) \
        SELECT $1, users.id, $2, $3, $3, $4, $5, $6 FROM users \
        WHERE users.id = $7 AND credential_version = $8 AND disabled_at IS NULL {lock} RETURNING user_id"
    );
    let NewSession {
        user,
        client,
        event,
        now,
    } = new;
    let id = random::uuid(random, now);
    let token = SessionToken::draw(random);
    let expires_at = now + policy.session_ttl;
    let values = [
        id.into(),
        token.digest().into(),
        now.into(),
        expires_at.into(),
        client.user_agent().map(str::to_owned).into(),
        client.network_cidr().into(),
        user.id.into(),
        user.credential_version.into(),
    ];
    let event = Event::by(client, event, now);
    let opened = audit.run_and_record(tx, &sql, values, event).await?;
    Ok(opened.map(|_| OpenedSession { id, token, expires_at }))
}

/// Whether a use is to be recorded: the last one was not within the touch interval, or was recorded while the clock was
/// ahead.
pub(crate) fn needs_touch(last_used_at: Timestamp, now: Timestamp, policy: &Policy) -> bool {
    last_used_at <= now - policy.session_touch() || last_used_at > latest_written(now)
}

/// Records a use of a session, if [`needs_touch`] says so.
pub(crate) async fn touch(db: &impl ConnectionTrait, id: Uuid, now: Timestamp, policy: &Policy) -> Result<(), DbErr> {
    session::Entity::update_many()
        .col_expr(session::Column::LastUsedAt, Expr::value(now))
        .filter(session::Column::Id.eq(id))
        .filter(
            Condition::any()
                .add(session::Column::LastUsedAt.lte(now - policy.session_touch()))
                .add(session::Column::LastUsedAt.gt(latest_written(now))),
        )
        .exec(db)
        .await?;
    Ok(())
}
