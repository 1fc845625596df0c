//! So many at once, and then one an interval (the generic cell rate algorithm).
//!
//! The row holds one instant, `paid_until`: each that is taken puts it an interval further into the future, from now at
//! the earliest. One more may be taken while it lies less than `capacity` intervals ahead. Giving back puts it an
//! interval back, in whatever order.

use std::time::Duration;

use entity::{Timestamp, rate_limit};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::Limit;

/// Takes one. The inner error says how long to wait.
pub(in crate::account) async fn take(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limit: &Limit,
) -> Result<Result<(), Duration>, DbErr> {
    let on_conflict = OnConflict::column(rate_limit::Column::Key)
        .value(
            rate_limit::Column::PaidUntil,
            Expr::cust(
                "CASE WHEN rate_limits.paid_until > excluded.taken_at THEN rate_limits.paid_until \
                 ELSE excluded.taken_at END + excluded.interval_ms",
            ),
        )
        .update_columns([
            rate_limit::Column::Capacity,
            rate_limit::Column::IntervalMs,
            rate_limit::Column::TakenAt,
            rate_limit::Column::ExpiresAt,
        ])
        .action_and_where(Expr::cust(
            "rate_limits.paid_until <= excluded.taken_at + (excluded.capacity - 1) * excluded.interval_ms",
        ))
        .to_owned();
    let first = rate_limit::ActiveModel {
        paid_until: Set(now + limit.interval),
        ..limit.row(now)
    };
    let taken = rate_limit::Entity::insert(first)
        .on_conflict(on_conflict)
        .exec_without_returning(db)
        .await?;
    if taken == 1 {
        return Ok(Ok(()));
    }
    let row = rate_limit::Entity::find_by_id(limit.key.clone()).one(db).await?;
    let full = now + limit.interval * u32::from(limit.capacity.saturating_sub(1));
    let wait = row.map_or(Duration::ZERO, |row| row.paid_until.since(full));
    // Between the two statements one may have been given back.
    Ok(Err(wait.max(Duration::from_secs(1))))
}

/// Gives one back.
pub(in crate::account) async fn give_back(db: &impl ConnectionTrait, limit: &Limit) -> Result<(), DbErr> {
    rate_limit::Entity::update_many()
        .col_expr(rate_limit::Column::PaidUntil, Expr::cust("paid_until - interval_ms"))
        .filter(rate_limit::Column::Key.eq(limit.key.clone()))
        .exec(db)
        .await?;
    Ok(())
}
