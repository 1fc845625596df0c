//! At most so many in any window of time.
//!
//! The row holds a list of instants at which something that was taken is released, newest first, as text of 13 digits
//! each, because `substr`, `length` and `||` mean the same in both databases. One more may be taken while fewer than
//! `capacity` of them lie ahead:
//!
//! | `entries`, capacity 3 | at …040000 |
//! | --- | --- |
//! | `1764000070000` `1764000030000` | one of two is released, so two more may be taken |

use std::time::Duration;

use entity::{Timestamp, rate_limit};
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::Limit;

/// The width of an instant: milliseconds since the Unix epoch, until the year 2286.
const WIDTH: usize = 13;

/// Takes one of each limit, in a transaction that is rolled back if one refuses. Takers who share a limit queue on its row,
/// in the order in which the limits are given.
///
/// Tells how long until as much can be taken again; the inner error, how long to wait for this one.
pub(in crate::account) async fn take(
    transaction: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
) -> Result<Result<Duration, Duration>, DbErr> {
    let mut on_conflict = push();
    on_conflict.action_and_where(Expr::cust(format!(
        "length(rate_limits.entries) < {WIDTH} * excluded.capacity \
         OR substr(rate_limits.entries, {WIDTH} * (excluded.capacity - 1) + 1, {WIDTH}) \
            <= CAST(excluded.taken_at AS TEXT)"
    )));
    let taken = rate_limit::Entity::insert_many(limits.iter().map(|limit| first(limit, now)))
        .on_conflict(on_conflict)
        .exec_with_returning(transaction)
        .await?;
    // A row that refused is not among those that were changed.
    if taken.len() < limits.len() {
        let longest = limits.iter().map(|limit| limit.interval).max().unwrap_or_default();
        return Ok(Err(peek(transaction, now, limits).await?.unwrap_or(longest)));
    }
    Ok(Ok(taken.iter().map(|row| wait(row, now)).max().unwrap_or_default()))
}

/// How long to wait before one of each limit can be taken; `None` when it can be now. It decides nothing: only
/// [`take`] does.
pub(in crate::account) async fn peek(
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

/// Counts one against a limit that refuses nothing, but is tripped by what fills it within its interval, and stays so
/// until an interval has passed without any.
pub(in crate::account) async fn record(db: &impl ConnectionTrait, now: Timestamp, limit: &Limit) -> Result<(), DbErr> {
    let mut on_conflict = push();
    on_conflict.value(
        rate_limit::Column::TrippedUntil,
        Expr::cust(format!(
            "CASE WHEN rate_limits.tripped_until > excluded.taken_at \
               OR substr(rate_limits.entries, {WIDTH} * (excluded.capacity - 2) + 1, {WIDTH}) \
                  > CAST(excluded.taken_at AS TEXT) \
             THEN excluded.taken_at + excluded.interval_ms ELSE rate_limits.tripped_until END"
        )),
    );
    rate_limit::Entity::insert(first(limit, now))
        .on_conflict(on_conflict)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Whether a limit is tripped, see [`record`].
pub(in crate::account) fn is_tripped(limit: &Limit, now: Timestamp) -> Expr {
    Expr::exists(
        Query::select()
            .expr(Expr::value(1))
            .from(rate_limit::Entity)
            .and_where(rate_limit::Column::Key.eq(limit.key.clone()))
            .and_where(rate_limit::Column::TrippedUntil.gt(now))
            .to_owned(),
    )
}

/// The row with one taken.
fn first(limit: &Limit, now: Timestamp) -> rate_limit::ActiveModel {
    let release = (now + limit.interval).as_millis();
    rate_limit::ActiveModel {
        entries: Set(format!("{release:013}")),
        ..limit.row(now)
    }
}

/// What taking does to a row that is there: the new instant goes in front, the oldest may fall off the end.
fn push() -> OnConflict {
    let mut on_conflict = OnConflict::column(rate_limit::Column::Key);
    on_conflict
        .value(
            rate_limit::Column::Entries,
            Expr::cust(format!(
                "substr(excluded.entries || rate_limits.entries, 1, {WIDTH} * excluded.capacity)"
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

/// How long until one more can be taken from a row; zero when one can be now.
fn wait(row: &rate_limit::Model, now: Timestamp) -> Duration {
    let capacity = usize::try_from(row.capacity).unwrap_or(usize::MAX);
    let oldest = capacity.saturating_sub(1).saturating_mul(WIDTH);
    row.entries
        .get(oldest..oldest.saturating_add(WIDTH))
        .and_then(|release| release.parse().ok())
        .map_or(Duration::ZERO, |release| Timestamp::from_millis(release).since(now))
}
