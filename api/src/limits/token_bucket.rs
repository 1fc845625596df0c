//! `capacity` units at once, then one per interval: the generic cell rate algorithm (ITU-T I.371).
//!
//! The row holds one instant, the theoretical arrival time. Taking a unit moves it one interval into the future, from
//! now at the earliest. A unit can be taken while it lies less than `capacity` intervals ahead. Giving a unit back
//! moves it one interval back, in any order.

use std::time::Duration;

use entity::{Timestamp, rate_limit};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};

use super::limit::{Limit, TAKE, count_rows, from_the_future, is_from_the_future, level, rows, upsert, upsert_unused};

/// Takes one unit of each limit and tells whether each had one. If not, the caller rolls the transaction back.
pub(crate) async fn take(transaction: &impl ConnectionTrait, now: Timestamp, limits: &[Limit]) -> Result<bool, DbErr> {
    let from_the_future = from_the_future();
    let one_interval_ahead = format!(
        "{TAKE}, theoretical_arrival = excluded.interval_ms + \
            CASE WHEN rate_limits.theoretical_arrival > excluded.taken_at AND NOT {from_the_future} \
                THEN rate_limits.theoretical_arrival ELSE excluded.taken_at END \
        WHERE {from_the_future} OR rate_limits.theoretical_arrival \
            <= excluded.taken_at + (excluded.capacity - 1) * excluded.interval_ms"
    );
    let taken = upsert(transaction, now, limits, &one_interval_ahead).await?;
    if taken.len() < count_rows(limits) {
        return Ok(false);
    }
    // Otherwise the row of a new key would stay behind under steady guesses, and give all its units again when the
    // previous key goes.
    let arrival = |row: &rate_limit::Model| Some(row.theoretical_arrival);
    level(
        transaction,
        limits,
        &taken,
        rate_limit::Column::TheoreticalArrival,
        arrival,
    )
    .await?;
    Ok(true)
}

/// Gives one unit of each limit back. An upsert locks the rows in the order in which [`take`] does; an update would
/// not. `taken_at` stays: a later unit may have been taken while the clock was ahead. A row that was forgotten
/// meanwhile is written with no unit in use.
pub(crate) async fn give_back(db: &impl ConnectionTrait, now: Timestamp, limits: &[Limit]) -> Result<(), DbErr> {
    let one_interval_back = "theoretical_arrival = rate_limits.theoretical_arrival - rate_limits.interval_ms";
    upsert_unused(db, now, limits, one_interval_back).await
}

/// Gives all units of each limit back. Locks the rows in the order in which [`take`] does.
pub(crate) async fn forget(transaction: &impl ConnectionTrait, limits: &[Limit]) -> Result<(), DbErr> {
    for key in limits.iter().flat_map(|limit| &limit.keys) {
        rate_limit::Entity::delete_by_id(key.clone()).exec(transaction).await?;
    }
    Ok(())
}

/// How long until each limit has a unit; at least a second.
pub(crate) async fn wait(db: &impl ConnectionTrait, now: Timestamp, limits: &[Limit]) -> Result<Duration, DbErr> {
    let rows = rows(db, limits).await?;
    let waits = rows
        .iter()
        .filter(|row| !is_from_the_future(row, now))
        .filter_map(|row| {
            let limit = limits.iter().find(|limit| limit.keys.contains(&row.key))?;
            let full = now + limit.interval * u32::from(limit.capacity.saturating_sub(1));
            Some(row.theoretical_arrival.since(full))
        });
    // A unit may have been given back since the refusal.
    Ok(waits.max().unwrap_or_default().max(Duration::from_secs(1)))
}
