//! `capacity` units at once, then one an interval: the generic cell rate algorithm (ITU-T I.371).
//!
//! The row holds one instant, the theoretical arrival time. Taking a unit moves it one interval into the future, from now
//! at the earliest. A unit can be taken while it lies less than `capacity` intervals ahead. Giving a unit back moves it
//! one interval back, in any order.

use std::time::Duration;

use entity::{Timestamp, rate_limit};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::Limit;

/// Takes one unit of each limit and tells whether each had one. If not, the caller rolls the transaction back.
pub(crate) async fn take(transaction: &impl ConnectionTrait, now: Timestamp, limits: &[Limit]) -> Result<bool, DbErr> {
    let mut on_conflict = OnConflict::column(rate_limit::Column::Key);
    on_conflict
        .value(
            rate_limit::Column::TheoreticalArrival,
            Expr::cust(
                "CASE WHEN rate_limits.theoretical_arrival > excluded.taken_at \
                 THEN rate_limits.theoretical_arrival ELSE excluded.taken_at END + excluded.interval_ms",
            ),
        )
        .update_columns([
            rate_limit::Column::Capacity,
            rate_limit::Column::IntervalMs,
            rate_limit::Column::TakenAt,
            rate_limit::Column::ExpiresAt,
        ])
        .action_and_where(Expr::cust(
            "rate_limits.theoretical_arrival <= excluded.taken_at + (excluded.capacity - 1) * excluded.interval_ms",
        ));
    let first = |limit: &Limit| rate_limit::ActiveModel {
        theoretical_arrival: Set(now + limit.interval),
        ..limit.row(now)
    };
    let taken = rate_limit::Entity::insert_many(limits.iter().map(first))
        .on_conflict(on_conflict)
        .exec_without_returning(transaction)
        .await?;
    Ok(usize::try_from(taken) == Ok(limits.len()))
}

/// Gives one unit of each limit back. An upsert locks the rows in the order in which [`take`] does; an update would not.
pub(crate) async fn give_back(db: &impl ConnectionTrait, now: Timestamp, limits: &[Limit]) -> Result<(), DbErr> {
    let one_interval_back = OnConflict::column(rate_limit::Column::Key)
        .value(
            rate_limit::Column::TheoreticalArrival,
            Expr::cust("rate_limits.theoretical_arrival - rate_limits.interval_ms"),
        )
        .to_owned();
    rate_limit::Entity::insert_many(limits.iter().map(|limit| limit.row(now)))
        .on_conflict(one_interval_back)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// How long until each limit has a unit; at least a second.
pub(crate) async fn wait(db: &impl ConnectionTrait, now: Timestamp, limits: &[Limit]) -> Result<Duration, DbErr> {
    let rows = rate_limit::Entity::find()
        .filter(rate_limit::Column::Key.is_in(limits.iter().map(|limit| limit.key.clone())))
        .all(db)
        .await?;
    let waits = limits.iter().filter_map(|limit| {
        let row = rows.iter().find(|row| row.key == limit.key)?;
        let full = now + limit.interval * u32::from(limit.capacity.saturating_sub(1));
        Some(row.theoretical_arrival.since(full))
    });
    // A unit may have been given back since the refusal.
    Ok(waits.max().unwrap_or_default().max(Duration::from_secs(1)))
}
