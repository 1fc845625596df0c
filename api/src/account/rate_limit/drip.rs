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

/// Takes one of each limit, in a transaction that is to be rolled back if one refuses. Tells whether none did.
pub(in crate::account) async fn take(
    transaction: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
) -> Result<bool, DbErr> {
    let mut on_conflict = OnConflict::column(rate_limit::Column::Key);
    on_conflict
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
        ));
    let first = |limit: &Limit| rate_limit::ActiveModel {
        paid_until: Set(now + limit.interval),
        ..limit.row(now)
    };
    let taken = rate_limit::Entity::insert_many(limits.iter().map(first))
        .on_conflict(on_conflict)
        .exec_without_returning(transaction)
        .await?;
    Ok(usize::try_from(taken) == Ok(limits.len()))
}

/// Gives back one of each limit. The rows are locked in the order in which they are taken, as only an upsert does.
pub(in crate::account) async fn give_back(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
) -> Result<(), DbErr> {
    let put_back = OnConflict::column(rate_limit::Column::Key)
        .value(
            rate_limit::Column::PaidUntil,
            Expr::cust("rate_limits.paid_until - rate_limits.interval_ms"),
        )
        .to_owned();
    rate_limit::Entity::insert_many(limits.iter().map(|limit| limit.row(now)))
        .on_conflict(put_back)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// How long until one of each can be taken.
pub(in crate::account) async fn wait(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
) -> Result<Duration, DbErr> {
    let rows = rate_limit::Entity::find()
        .filter(rate_limit::Column::Key.is_in(limits.iter().map(|limit| limit.key.clone())))
        .all(db)
        .await?;
    let waits = limits.iter().filter_map(|limit| {
        let row = rows.iter().find(|row| row.key == limit.key)?;
        let full = now + limit.interval * u32::from(limit.capacity.saturating_sub(1));
        Some(row.paid_until.since(full))
    });
    // Since they were refused, some may have been given back.
    Ok(waits.max().unwrap_or_default().max(Duration::from_secs(1)))
}
