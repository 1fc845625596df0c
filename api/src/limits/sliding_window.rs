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
use sea_orm::{ConnectionTrait, DbErr};

use super::limit::{
    Limit, TAKE, WIDTH, count_rows, from_the_future, is_from_the_future, is_tripped, row, rows, upsert_returning,
};

/// Puts the new instant in front, and drops the oldest beyond the capacity.
pub(super) fn push() -> String {
    let from_the_future = from_the_future();
    format!(
        "releases = substr(excluded.releases || CASE WHEN {from_the_future} THEN '' ELSE rate_limits.releases END, \
            1, {WIDTH} * excluded.capacity)"
    )
}

/// Whether the used unit in this place, counted from the newest, is still in use. `place` is SQL.
pub(super) fn is_in_use(place: &str) -> String {
    let from_the_future = from_the_future();
    // An instant that is not there becomes 0. As a number, because a text of fewer digits would sort wrongly.
    format!(
        "(CAST('0' || substr(rate_limits.releases, {WIDTH} * ({place}) + 1, {WIDTH}) AS BIGINT) > excluded.taken_at \
            AND NOT {from_the_future})"
    )
}

/// What the statement that takes units tells.
pub(crate) struct TakenUnits {
    /// How long until the next units can be taken.
    pub wait: Duration,
    /// Whether a guess guard is tripped.
    pub is_tripped: bool,
}

/// Takes one unit of each limit. Callers that share a limit queue on its row, in the order in which the limits are
/// given. The same statement looks at a guess guard, which saves a round trip.
///
/// Returns `None` if a limit has no unit. Then the caller rolls the transaction back, because the others were taken,
/// and asks [`peek`] how long to wait.
pub(crate) async fn take(
    transaction: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
    guard: &Limit,
) -> Result<Option<TakenUnits>, DbErr> {
    let push_if_free = format!("{TAKE}, {} WHERE NOT {}", push(), is_in_use("excluded.capacity - 1"));
    let (is_tripped, shared) = is_tripped(guard, now);
    let returning = format!("*, {is_tripped} AS is_tripped");
    let taken = upsert_returning(transaction, now, limits, &push_if_free, &returning, &shared).await?;
    let Some(first) = taken.first().filter(|_| taken.len() == count_rows(limits)) else {
        return Ok(None);
    };
    let is_tripped = first.try_get("", "is_tripped")?;
    let rows = taken.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    let wait = rows.iter().map(|row| wait(row, now)).max().unwrap_or_default();
    Ok(Some(TakenUnits { wait, is_tripped }))
}

/// How long to wait until each limit has a unit; `None` when each has one now. Only [`take`] decides.
pub(crate) async fn peek(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
) -> Result<Option<Duration>, DbErr> {
    let rows = rows(db, limits).await?;
    let wait = rows.iter().map(|row| wait(row, now)).max().unwrap_or_default();
    Ok((!wait.is_zero()).then_some(wait))
}

/// How long until the row has a unit; zero when it has one now.
fn wait(row: &rate_limit::Model, now: Timestamp) -> Duration {
    if is_from_the_future(row, now) {
        return Duration::ZERO;
    }
    let capacity = usize::try_from(row.capacity).unwrap_or(usize::MAX);
    let oldest = capacity.saturating_sub(1).saturating_mul(WIDTH);
    row.releases
        .get(oldest..oldest.saturating_add(WIDTH))
        .and_then(|release| release.parse().ok())
        .map_or(Duration::ZERO, |release| Timestamp::from_millis(release).since(now))
}
