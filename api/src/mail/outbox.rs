//! The statements on rows of the outbox.
//!
//! Every change to a claimed row requires the claim's lease. So a worker whose lease has ended, or whose verification was
//! replaced, changes nothing.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use entity::{EmailKind, HiddenText, Timestamp, email_outbox};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait,
    FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};
use tokio::sync::Notify;

use crate::clock::MAX_SKEW;
use crate::random::{self, Random};
use crate::sql::statement;

/// How long a claim holds. Longer than an attempt takes.
pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// The longest pause between two attempts. Longer than a lease.
pub(super) const MAX_PAUSE: Duration = Duration::from_mins(2);

/// Wakes the worker of this process.
#[derive(Clone, Debug, Default)]
pub struct OutboxSignal(Arc<Notify>);

impl OutboxSignal {
    /// Call it after a transaction that enqueued an email has committed.
    pub fn notify(&self) {
        self.0.notify_one();
    }

    pub(super) async fn notified(&self) {
        self.0.notified().await;
    }
}

/// An email that one worker alone may send, until the lease ends.
#[derive(Debug)]
pub struct Claim {
    /// The row as claimed.
    pub(crate) row: email_outbox::Model,
    /// Proves the claim.
    pub(crate) lease: Uuid,
}

/// Enqueues an email about a verification that the same transaction began.
pub(crate) async fn enqueue(
    transaction: &impl ConnectionTrait,
    random: &dyn Random,
    now: Timestamp,
    kind: EmailKind,
    recipient: HiddenText,
    verification: Uuid,
) -> Result<(), DbErr> {
    email_outbox::Entity::insert(email_outbox::ActiveModel {
        id: Set(random::uuid(random, now)),
        kind: Set(kind),
        recipient: Set(recipient),
        verification_id: Set(Some(verification)),
        created_at: Set(now),
        due_at: Set(now),
        attempts: Set(0),
        ..Default::default()
    })
    .exec_without_returning(transaction)
    .await?;
    Ok(())
}

/// Enqueues an email in the place of the verification's pending ones, if the verification is open. Tells whether it was.
pub(crate) async fn enqueue_again(
    transaction: &impl ConnectionTrait,
    random: &dyn Random,
    now: Timestamp,
    kind: EmailKind,
    verification: Uuid,
) -> Result<bool, DbErr> {
    const SQL: &str = "INSERT INTO email_outbox (id, kind, recipient, verification_id, created_at, due_at, attempts) \
        SELECT $1, $2, email, id, $3, $3, 0 FROM verifications \
        WHERE id = $4 AND consumed_at IS NULL AND expires_at > $3";
    let id = random::uuid(random, now);
    let values = [id.into(), kind.to_value().into(), now.into(), verification.into()];
    let enqueued = transaction
        .execute_raw(statement(transaction, SQL, values))
        .await?
        .rows_affected();
    if enqueued == 0 {
        return Ok(false);
    }
    // After the insert: its foreign key locks the verification first, as a transaction that deletes one does.
    email_outbox::Entity::delete_many()
        .filter(email_outbox::Column::VerificationId.eq(verification))
        .filter(email_outbox::Column::Id.ne(id))
        .exec(transaction)
        .await?;
    Ok(true)
}

/// Claims emails that are due: the least tried first, of these the longest due. So a first email does not wait behind
/// thousands that keep failing. On PostgreSQL replicas share the work: each skips the rows that another is claiming.
///
/// A row whose instants lie further ahead than any pause was written while the clock was ahead. It is due, and its time
/// in the outbox starts over.
pub(crate) async fn claim(
    db: &impl ConnectionTrait,
    random: &dyn Random,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Claim>, DbErr> {
    // SQLite has one writer, so nobody else is claiming.
    let skip_locked = match db.get_database_backend() {
        DatabaseBackend::Postgres => "FOR UPDATE SKIP LOCKED",
        _ => "",
    };
    // A common table expression runs once; PostgreSQL may run the subquery of `IN (… LIMIT …)` several times.
    let sql = format!(
        "WITH due AS (SELECT id FROM email_outbox WHERE due_at <= $1 OR due_at > $5 \
            ORDER BY attempts, due_at, id LIMIT $2 {skip_locked}) \
        UPDATE email_outbox SET lease = $3, due_at = $4, attempts = attempts + 1, \
            created_at = CASE WHEN created_at > $6 THEN $1 ELSE created_at END \
        WHERE id IN (SELECT id FROM due) RETURNING *"
    );
    let lease = random::uuid(random, now);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let latest = now + MAX_SKEW;
    let values = [
        now.into(),
        limit.into(),
        lease.into(),
        (now + LEASE).into(),
        (latest + MAX_PAUSE).into(),
        latest.into(),
    ];
    let rows = db.query_all_raw(statement(db, &sql, values)).await?;
    rows.iter()
        .map(|row| {
            let row = email_outbox::Model::from_query_result(row, "")?;
            Ok(Claim { row, lease })
        })
        .collect()
}

/// Restarts the leases. Returns the emails whose claims still hold.
pub(crate) async fn renew(
    db: &impl ConnectionTrait,
    claims: &[&Claim],
    now: Timestamp,
) -> Result<HashSet<Uuid>, DbErr> {
    if claims.is_empty() {
        return Ok(HashSet::new());
    }
    let renewed = email_outbox::Entity::update_many()
        .col_expr(email_outbox::Column::DueAt, Expr::value(now + LEASE))
        .filter(held(claims))
        .exec_with_returning(db)
        .await?;
    Ok(renewed.into_iter().map(|row| row.id).collect())
}

/// Deletes emails that are sent or given up.
pub(crate) async fn finish(db: &impl ConnectionTrait, claims: &[&Claim]) -> Result<(), DbErr> {
    if !claims.is_empty() {
        email_outbox::Entity::delete_many()
            .filter(held(claims))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Releases a claim; the email is due again at `due`.
pub(crate) async fn postpone(db: &impl ConnectionTrait, claim: &Claim, due: Timestamp) -> Result<(), DbErr> {
    email_outbox::Entity::update_many()
        .col_expr(email_outbox::Column::Lease, Expr::value(None::<Uuid>))
        .col_expr(email_outbox::Column::DueAt, Expr::value(due))
        .filter(held(&[claim]))
        .exec(db)
        .await?;
    Ok(())
}

/// When the next email is due; `None` when the outbox is empty.
pub(crate) async fn next_due(db: &impl ConnectionTrait) -> Result<Option<Timestamp>, DbErr> {
    email_outbox::Entity::find()
        .select_only()
        .column(email_outbox::Column::DueAt)
        .order_by_asc(email_outbox::Column::DueAt)
        .into_tuple()
        .one(db)
        .await
}

/// The rows whose claims hold, each by its own lease.
fn held(claims: &[&Claim]) -> Condition {
    claims.iter().fold(Condition::any(), |any, claim| {
        any.add(
            email_outbox::Column::Id
                .eq(claim.row.id)
                .and(email_outbox::Column::Lease.eq(claim.lease)),
        )
    })
}
