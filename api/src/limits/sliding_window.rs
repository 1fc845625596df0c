//! At most `capacity` units in any span of one interval.
//!
//! The row lists the instants at which a used unit is free again, newest first, as text of 13 digits each, because
//! `substr`, `length` and `||` mean the same in both databases. A unit can be taken while fewer than `capacity` of the
//! instants lie ahead:
//!
//! | `releases`, capacity 3 | at …040000 |
//! | --- | --- |
//! | `1764000070000` `1764000030000` | one of two units is free again, so two can be taken |

use std::time::Duration;

use entity::{Timestamp, rate_limit};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::Limit;

/// Digits of an instant: milliseconds since the Unix epoch, until the year 2286.
pub(super) const WIDTH: usize = 13;

/// Takes one unit of each limit. If one refuses, the caller rolls the transaction back. Callers that share a limit queue
/// on its row, in the order in which the limits are given.
///
/// Returns how long until the next units can be taken; the inner error says how long to wait for these.
pub(crate) async fn take(
    transaction: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
) -> Result<Result<Duration, Duration>, DbErr> {
    let mut on_conflict = push();
    on_conflict.action_and_where(Expr::cust(format!(
        "length(rate_limits.releases) < {WIDTH} * excluded.capacity \
         OR substr(rate_limits.releases, {WIDTH} * (excluded.capacity - 1) + 1, {WIDTH}) \
            <= CAST(excluded.taken_at AS TEXT)"
    )));
    let taken = rate_limit::Entity::insert_many(limits.iter().map(|limit| first(limit, now)))
        .on_conflict(on_conflict)
        .exec_with_returning(transaction)
        .await?;
    // The statement returns only the rows that it changed.
    if taken.len() < limits.len() {
        let longest = limits.iter().map(|limit| limit.interval).max().unwrap_or_default();
        return Ok(Err(peek(transaction, now, limits).await?.unwrap_or(longest)));
    }
    Ok(Ok(taken.iter().map(|row| wait(row, now)).max().unwrap_or_default()))
}

/// How long to wait until each limit has a unit; `None` when each has one now. Only [`take`] decides.
pub(crate) async fn peek(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
) -> Result<Option<Duration>, DbErr> {
    let keys = limits.iter().map(|limit| limit.key.clone());
    let rows = rate_limit::Entity::find()
        .filter(rate_limit::Column::Key.is_in(keys))
        .all(db)
        .await?;
    let wait = rows.iter().map(|row| wait(row, now)).max().unwrap_or_default();
    Ok((!wait.is_zero()).then_some(wait))
}

/// The row with one unit taken.
pub(super) fn first(limit: &Limit, now: Timestamp) -> rate_limit::ActiveModel {
    let release = (now + limit.interval).as_millis();
    rate_limit::ActiveModel {
        releases: Set(format!("{release:013}")),
        ..limit.row(now)
    }
}

/// Takes one unit of an existing row: puts the new instant in front and drops the oldest beyond the capacity.
pub(super) fn push() -> OnConflict {
    let mut on_conflict = OnConflict::column(rate_limit::Column::Key);
    on_conflict
        .value(
            rate_limit::Column::Releases,
            Expr::cust(format!(
                "substr(excluded.releases || rate_limits.releases, 1, {WIDTH} * excluded.capacity)"
            )),
        )
        .update_columns([
            rate_limit::Column::Capacity,
            rate_limit::Column::IntervalMs,
            rate_limit::Column::TakenAt,
            rate_limit::Column::ExpiresAt,
        ]);
    on_conflict
}

/// How long until the row has a unit; zero when it has one now.
fn wait(row: &rate_limit::Model, now: Timestamp) -> Duration {
    let capacity = usize::try_from(row.capacity).unwrap_or(usize::MAX);
    let oldest = capacity.saturating_sub(1).saturating_mul(WIDTH);
    row.releases
        .get(oldest..oldest.saturating_add(WIDTH))
        .and_then(|release| release.parse().ok())
        .map_or(Duration::ZERO, |release| Timestamp::from_millis(release).since(now))
}
