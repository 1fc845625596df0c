//! The one mechanism behind every limit that is kept in the database.
//!
//! A limit is a row with a short list of entries, newest first. An entry says when it is released. Something may be
//! taken while fewer than `capacity` entries are unreleased, and taking it adds one. When an entry is released is the
//! [`Pace`] of the limit:
//!
//! - [`Pace::Window`]: one interval after it was taken. So no window of that length ever holds more than `capacity`.
//! - [`Pace::Drip`]: one interval after the entry before it. So `capacity` may be taken at once, and then one an interval.
//!
//! The list is text, each entry 21 characters wide, because `substr`, `length`, `replace` and `||` mean the same in
//! both databases: looking and taking are one guarded upsert, on whose row parallel takers queue.
//!
//! | `entries`, capacity 3 | meaning at …040000 |
//! | --- | --- |
//! | `1764000070000a1b2c3d41764000030000b2c3d4e5` | one of two is released, so two more may be taken |

use std::time::Duration;

use entity::{Timestamp, rate_limit};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use crate::random::{self, Random};

const RELEASE: usize = 13;
const WIDTH: usize = RELEASE + 8;

/// When an entry is released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// An interval after it was taken.
    Window,
    /// An interval after the entry before it was released.
    Drip,
}

/// One limit of one subject.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    /// The row: a keyed digest of the limit's name and subject.
    pub key: Vec<u8>,
    /// How many entries may be unreleased at once; at least one.
    pub capacity: u16,
    /// See [`Pace`].
    pub interval: Duration,
}

/// What was taken, to be given back if it turns out not to count.
#[derive(Debug)]
pub(super) struct Taken {
    rows: Vec<rate_limit::Model>,
}

impl Taken {
    /// How long until as much can be taken again; zero when it can be at once.
    pub(super) fn next_in(&self, now: Timestamp) -> Duration {
        self.rows.iter().map(|row| wait(row, now)).max().unwrap_or_default()
    }
}

/// Takes one of each limit, or none of any. Several takers must name the same limits in the same order.
///
/// The inner error says how long to wait.
pub(super) async fn take(
    db: &impl ConnectionTrait,
    random: &dyn Random,
    now: Timestamp,
    pace: Pace,
    limits: &[Limit],
) -> Result<Result<Taken, Duration>, DbErr> {
    let mut on_conflict = upsert(pace);
    on_conflict.action_and_where(Expr::cust(format!(
        "length(rate_limits.entries) < {WIDTH} * excluded.capacity \
         OR substr(rate_limits.entries, {WIDTH} * (excluded.capacity - 1) + 1, {RELEASE}) <= CAST(excluded.taken_at AS TEXT)"
    )));
    let rows = rate_limit::Entity::insert_many(limits.iter().map(|limit| fresh(limit, random, now)))
        .on_conflict(on_conflict)
        .exec_with_returning(db)
        .await?;
    let taken = Taken { rows };
    if taken.rows.len() == limits.len() {
        return Ok(Ok(taken));
    }
    give_back(db, taken).await?;
    let wait = peek(db, now, limits).await?;
    // Between the two statements something may have been released.
    Ok(Err(wait.unwrap_or(Duration::from_secs(1))))
}

/// How long to wait before one of each limit can be taken; `None` when it can be now. It decides nothing: only
/// [`take`] does.
pub(super) async fn peek(
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

/// Takes back what was taken.
pub(super) async fn give_back(db: &impl ConnectionTrait, taken: Taken) -> Result<(), DbErr> {
    if taken.rows.is_empty() {
        return Ok(());
    }
    // An entry occurs in its own row alone, so all of them can be removed from all of the rows.
    let entries = taken
        .rows
        .iter()
        .fold(Expr::col(rate_limit::Column::Entries), |text, row| {
            let newest = row.entries.get(..WIDTH).unwrap_or_default();
            sea_orm::sea_query::Func::cust("replace")
                .arg(text)
                .arg(newest)
                .arg("")
                .into()
        });
    rate_limit::Entity::update_many()
        .col_expr(rate_limit::Column::Entries, entries)
        .filter(rate_limit::Column::Key.is_in(taken.rows.into_iter().map(|row| row.key)))
        .exec(db)
        .await?;
    Ok(())
}

/// Counts one against a limit that refuses nothing, but is tripped by the entry that fills it within its interval, and
/// stays so until an interval has passed without any.
pub(super) async fn record(
    db: &impl ConnectionTrait,
    random: &dyn Random,
    now: Timestamp,
    limit: &Limit,
) -> Result<(), DbErr> {
    let mut on_conflict = upsert(Pace::Window);
    on_conflict.value(
        rate_limit::Column::TrippedUntil,
        Expr::cust(format!(
            "CASE WHEN rate_limits.tripped_until > excluded.taken_at \
               OR substr(rate_limits.entries, {WIDTH} * (excluded.capacity - 2) + 1, {RELEASE}) > CAST(excluded.taken_at AS TEXT) \
             THEN excluded.taken_at + excluded.interval_ms ELSE rate_limits.tripped_until END"
        )),
    );
    rate_limit::Entity::insert(fresh(limit, random, now))
        .on_conflict(on_conflict)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Whether a limit is tripped, see [`record`].
pub(super) async fn is_tripped(db: &impl ConnectionTrait, now: Timestamp, limit: &Limit) -> Result<bool, DbErr> {
    let row = rate_limit::Entity::find_by_id(limit.key.clone()).one(db).await?;
    Ok(row.and_then(|row| row.tripped_until).is_some_and(|until| until > now))
}

/// Deletes the rows that say nothing any more.
pub(super) async fn sweep(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, DbErr> {
    let swept = rate_limit::Entity::delete_many()
        .filter(rate_limit::Column::ExpiresAt.lte(now))
        .exec(db)
        .await?;
    Ok(swept.rows_affected)
}

/// The row as it is when nothing was taken before.
fn fresh(limit: &Limit, random: &dyn Random, now: Timestamp) -> rate_limit::ActiveModel {
    let [a, b, c, d] = random::bytes(random);
    let release = now + limit.interval;
    rate_limit::ActiveModel {
        key: Set(limit.key.clone()),
        entries: Set(format!("{:013}{a:02x}{b:02x}{c:02x}{d:02x}", release.as_millis())),
        capacity: Set(i32::from(limit.capacity)),
        interval_ms: Set(release.as_millis() - now.as_millis()),
        taken_at: Set(now),
        tripped_until: Set(None),
        expires_at: Set(now + limit.interval * u32::from(limit.capacity)),
    }
}

/// What taking does to a row that is there: the new entry goes in front, the oldest may fall off the end.
fn upsert(pace: Pace) -> OnConflict {
    let entry = match pace {
        Pace::Window => "excluded.entries".to_owned(),
        Pace::Drip => format!(
            "CASE WHEN substr(rate_limits.entries, 1, {RELEASE}) > CAST(excluded.taken_at AS TEXT) \
             THEN CAST(CAST(substr(rate_limits.entries, 1, {RELEASE}) AS BIGINT) + excluded.interval_ms AS TEXT) \
                  || substr(excluded.entries, {RELEASE} + 1) \
             ELSE excluded.entries END"
        ),
    };
    let mut on_conflict = OnConflict::column(rate_limit::Column::Key);
    on_conflict
        .value(
            rate_limit::Column::Entries,
            Expr::cust(format!(
                "substr({entry} || rate_limits.entries, 1, {WIDTH} * excluded.capacity)"
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
        .get(oldest..oldest.saturating_add(RELEASE))
        .and_then(|release| release.parse().ok())
        .map_or(Duration::ZERO, |release| Timestamp::from_millis(release).since(now))
}
