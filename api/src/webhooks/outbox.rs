//! The statements on deliveries.
//!
//! Every change to a claimed row requires the claim's lease. So a worker whose lease has ended, or whose delivery was
//! replayed or deleted with its user, changes nothing.

use std::time::Duration;

use entity::webhook_delivery::{self, Column, Entity, Model as Delivery};
use entity::{Timestamp, disabled_webhook_endpoint};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter,
};

use super::endpoint::Endpoint;
use super::event::Event;
use super::schedule::MAX_PAUSE;
use crate::clock::MAX_SKEW;
use crate::random::{self, Random};
use crate::sql::{row_lock, statement};
use crate::telemetry;

/// How long a claim holds. Longer than an attempt takes.
pub(super) const LEASE: Duration = Duration::from_secs(30);

/// The condition that the endpoint `$1` is enabled.
const IS_ENABLED: &str = "NOT EXISTS (SELECT 1 FROM disabled_webhook_endpoints WHERE endpoint = $1)";

/// Enqueues an event for these endpoints.
pub(super) async fn insert(
    transaction: &impl ConnectionTrait,
    endpoints: impl Iterator<Item = String>,
    now: Timestamp,
    id: Uuid,
    event: &Event,
) -> Result<(), DbErr> {
    let rows = endpoints.map(|endpoint| webhook_delivery::ActiveModel {
        id: Set(id),
        endpoint: Set(endpoint),
        event: Set(event.kind.name().to_owned()),
        user_id: Set(event.user),
        email: Set(event.email.clone()),
        created_at: Set(now),
        enqueued_at: Set(now),
        due_at: Set(Some(now)),
        attempts: Set(0),
        traceparent: Set(telemetry::traceparent()),
        ..Default::default()
    });
    Entity::insert_many(rows).exec_without_returning(transaction).await?;
    Ok(())
}

/// Deletes every delivery about a user.
pub(super) async fn delete_user(transaction: &impl ConnectionTrait, user: Uuid) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::UserId.eq(user))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Claims deliveries that are due, unless their endpoint is disabled: the least tried first, of these the longest due.
/// So a new event does not wait behind thousands that keep failing. On PostgreSQL replicas share the work: each skips
/// the rows that another is claiming.
pub(super) async fn claim(
    db: &impl ConnectionTrait,
    random: &dyn Random,
    now: Timestamp,
    endpoint: &str,
    limit: usize,
) -> Result<Vec<Delivery>, DbErr> {
    let lock = row_lock(db, "FOR UPDATE SKIP LOCKED");
    let sql = format!(
        "WITH candidates AS (SELECT id FROM webhook_deliveries \
            WHERE endpoint = $1 AND due_at <= $2 AND {IS_ENABLED} \
            ORDER BY attempts, due_at, id LIMIT $3 {lock}) \
        UPDATE webhook_deliveries SET lease = $4, due_at = $5, attempts = attempts + 1 \
        WHERE endpoint = $1 AND id IN (SELECT id FROM candidates) RETURNING *"
    );
    let values = [
        endpoint.into(),
        now.into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
        random::uuid(random, now).into(),
        (now + LEASE).into(),
    ];
    let rows = db.query_all_raw(statement(db, &sql, values)).await?;
    rows.iter().map(|row| Delivery::from_query_result(row, "")).collect()
}

/// Makes the rows due whose instants lie further ahead than any pause: they were written while the clock was ahead.
/// Tells whether there were any.
pub(super) async fn release_future(db: &impl ConnectionTrait, now: Timestamp, endpoint: &str) -> Result<bool, DbErr> {
    let released = Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(now))
        .col_expr(Column::Lease, Expr::value(None::<Uuid>))
        .filter(Column::Endpoint.eq(endpoint))
        .filter(Column::DueAt.gt(now + MAX_SKEW + MAX_PAUSE))
        .exec(db)
        .await?;
    Ok(released.rows_affected > 0)
}

/// When the next delivery that a claim may take is due; `None` when there is none.
pub(super) async fn next_due(db: &impl ConnectionTrait, endpoint: &str) -> Result<Option<Timestamp>, DbErr> {
    let sql = format!(
        "SELECT due_at FROM webhook_deliveries WHERE endpoint = $1 AND due_at IS NOT NULL AND {IS_ENABLED} \
        ORDER BY due_at LIMIT 1"
    );
    let row = db.query_one_raw(statement(db, &sql, [endpoint.into()])).await?;
    row.map(|row| row.try_get("", "due_at")).transpose()
}

/// What became of an attempt.
pub(super) struct Record<'a> {
    due_at: Option<Timestamp>,
    delivered_at: Option<Timestamp>,
    outcome: &'a str,
}

impl<'a> Record<'a> {
    pub(super) fn delivered(now: Timestamp, outcome: &'a str) -> Self {
        Self {
            due_at: None,
            delivered_at: Some(now),
            outcome,
        }
    }

    pub(super) fn due(due: Timestamp, outcome: &'a str) -> Self {
        Self {
            due_at: Some(due),
            delivered_at: None,
            outcome,
        }
    }

    pub(super) fn given_up(outcome: &'a str) -> Self {
        Self {
            due_at: None,
            delivered_at: None,
            outcome,
        }
    }
}

/// Records an attempt and releases its claim. Tells whether the claim still held.
pub(super) async fn record(db: &impl ConnectionTrait, claim: &Delivery, record: &Record<'_>) -> Result<bool, DbErr> {
    let recorded = Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(record.due_at))
        .col_expr(Column::DeliveredAt, Expr::value(record.delivered_at))
        .col_expr(Column::Outcome, Expr::value(record.outcome))
        .col_expr(Column::Lease, Expr::value(None::<Uuid>))
        .filter(held(claim))
        .exec(db)
        .await?;
    Ok(recorded.rows_affected == 1)
}

/// Gives a claim back whose webhook was not sent: it is due at once, and the attempt does not count.
pub(super) async fn give_back(db: &impl ConnectionTrait, claim: &Delivery, now: Timestamp) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(now))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).sub(1))
        .col_expr(Column::Lease, Expr::value(None::<Uuid>))
        .filter(held(claim))
        .exec(db)
        .await?;
    Ok(())
}

/// The row, if the claim still holds.
fn held(claim: &Delivery) -> Condition {
    Condition::all()
        .add(Column::Id.eq(claim.id))
        .add(Column::Endpoint.eq(claim.endpoint.as_str()))
        .add(Column::Lease.eq(claim.lease))
}

/// Gives up every pending webhook. An operator can replay them. Returns their number.
pub(crate) async fn give_all_up(transaction: &impl ConnectionTrait, outcome: &str) -> Result<u64, DbErr> {
    let given_up = Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(None::<Timestamp>))
        .col_expr(Column::Lease, Expr::value(None::<Uuid>))
        .col_expr(Column::Outcome, Expr::value(outcome))
        .filter(Column::DueAt.is_not_null())
        .exec(transaction)
        .await?;
    Ok(given_up.rows_affected)
}

/// Disables an endpoint. Tells whether it was enabled.
pub(super) async fn disable(db: &impl ConnectionTrait, endpoint: &Endpoint, now: Timestamp) -> Result<bool, DbErr> {
    let row = disabled_webhook_endpoint::ActiveModel {
        endpoint: Set(endpoint.id.clone()),
        disabled_at: Set(now),
    };
    let disabled = disabled_webhook_endpoint::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(disabled == 1)
}

/// Enables an endpoint. Tells whether it was disabled. Its pending deliveries are due at once.
pub(crate) async fn enable(db: &impl ConnectionTrait, endpoint: &Endpoint) -> Result<bool, DbErr> {
    let enabled = disabled_webhook_endpoint::Entity::delete_by_id(endpoint.id.clone())
        .exec(db)
        .await?;
    Ok(enabled.rows_affected == 1)
}
