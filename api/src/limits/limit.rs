//! One limit of one subject, and its row in the database.

use std::time::Duration;

use entity::{Timestamp, rate_limit};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult, Statement, Value,
};

use crate::client::Client;
use crate::clock::{MAX_SKEW, latest_written};
use crate::keys::LimitKeys;
use crate::sql::statement_over;

/// Digits of an instant in a row: milliseconds since the Unix epoch, until the year 2286.
pub(super) const WIDTH: usize = 13;

/// One limit of one subject.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    /// The rows: a keyed digest of the limit's name and subject, so that the table names nobody. There is one for each
    /// secret key. Units are taken from all of them, so servers share a limit if they have one key in common.
    pub keys: Vec<Vec<u8>>,
    /// How many units may be in use at once; at least one.
    pub capacity: u16,
    /// How long a unit stays in use.
    pub interval: Duration,
}

impl Limit {
    /// The limit of a canonical address, for one client network or for all together.
    pub(super) fn of(
        keys: &LimitKeys,
        name: &str,
        address: &str,
        client: Option<&Client>,
        capacity: u16,
        interval: Duration,
    ) -> Self {
        let network = client.map(|client| client.network().to_string()).unwrap_or_default();
        Self {
            keys: keys.tags(&[name.as_bytes(), address.as_bytes(), network.as_bytes()]),
            capacity,
            interval,
        }
    }
}

/// Whether a limit's row was written while the clock was ahead. Its units then count as free since long ago.
pub(super) fn is_from_the_future(row: &rate_limit::Model, now: Timestamp) -> bool {
    row.taken_at > latest_written(now)
}

/// The same in the SQL of an [`upsert`].
pub(super) fn from_the_future() -> String {
    format!("rate_limits.taken_at > excluded.taken_at + {}", MAX_SKEW.as_millis())
}

/// What taking a unit changes in a row that exists, whatever the kind of limit.
pub(super) const TAKE: &str = "capacity = excluded.capacity, interval_ms = excluded.interval_ms, \
    taken_at = excluded.taken_at, expires_at = excluded.expires_at";

/// Whether a guess guard is tripped, as SQL with its values.
pub(super) fn is_tripped(guard: &Limit, now: Timestamp) -> (String, Vec<Value>) {
    let keys: Vec<_> = (3..).take(guard.keys.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "EXISTS (SELECT 1 FROM rate_limits AS guards \
            WHERE guards.key IN ({}) AND guards.tripped_until > $1 AND guards.taken_at <= $2)",
        keys.join(", ")
    );
    let keys = guard.keys.iter().map(|key| key.clone().into());
    let values = [now.into(), latest_written(now).into()].into_iter().chain(keys);
    (sql, values.collect())
}

/// Takes one unit of each limit with one statement, which locks the rows in the order of the limits. `update` says what
/// that does to a row that exists, after `ON CONFLICT DO UPDATE SET`. Returns the rows that changed: an `update` with a
/// condition leaves out those that refuse.
pub(super) async fn upsert(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
    update: &str,
) -> Result<Vec<rate_limit::Model>, DbErr> {
    let changed = upsert_returning(db, now, limits, update, "*", &[]).await?;
    changed.iter().map(row).collect()
}

/// The same, but each row has the columns that `returning` says, with the `shared` values as `$1`, `$2`, …
pub(super) async fn upsert_returning(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
    update: &str,
    returning: &str,
    shared: &[Value],
) -> Result<Vec<QueryResult>, DbErr> {
    let update = format!("{update} RETURNING {returning}");
    db.query_all_raw(upsert_of(db, now, limits, &update, shared, |limit| {
        now + limit.interval
    }))
    .await
}

/// The same as [`upsert`], but a row that does not exist is written with no unit in use.
pub(super) async fn upsert_unused(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
    update: &str,
) -> Result<(), DbErr> {
    db.execute_raw(upsert_of(db, now, limits, update, &[], |_| now)).await?;
    Ok(())
}

fn upsert_of(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
    update: &str,
    shared: &[Value],
    release: impl Fn(&Limit) -> Timestamp,
) -> Statement {
    let sql = format!(
        "INSERT INTO rate_limits \
            (key, releases, theoretical_arrival, capacity, interval_ms, taken_at, expires_at) VALUES {{rows}} \
        ON CONFLICT (key) DO UPDATE SET {update}"
    );
    let rows = limits
        .iter()
        .flat_map(|limit| limit.keys.iter().map(move |key| (limit, key)));
    let rows = rows.map(|(limit, key)| {
        let release = release(limit);
        [
            key.clone().into(),
            format!("{:0WIDTH$}", release.as_millis()).into(),
            release.into(),
            i32::from(limit.capacity).into(),
            i64::try_from(limit.interval.as_millis()).unwrap_or(i64::MAX).into(),
            now.into(),
            (now + limit.interval * u32::from(limit.capacity)).into(),
        ]
    });
    statement_over(db, &sql, shared, rows)
}

/// A row that a statement returned.
pub(super) fn row(row: &QueryResult) -> Result<rate_limit::Model, DbErr> {
    rate_limit::Model::from_query_result(row, "")
}

/// The rows of limits, as far as they exist.
pub(super) async fn rows(db: &impl ConnectionTrait, limits: &[Limit]) -> Result<Vec<rate_limit::Model>, DbErr> {
    let keys = limits.iter().flat_map(|limit| limit.keys.clone());
    rate_limit::Entity::find()
        .filter(rate_limit::Column::Key.is_in(keys))
        .all(db)
        .await
}

/// How many rows limits have.
pub(super) fn count_rows(limits: &[Limit]) -> usize {
    limits.iter().map(|limit| limit.keys.len()).sum()
}

/// Sets `column` of all rows of a limit to the latest instant that one of them has. Rows of one limit differ after a
/// server without one of the keys has taken units. `taken` are the rows that this transaction has changed, and so
/// locked.
pub(super) async fn level(
    transaction: &impl ConnectionTrait,
    limits: &[Limit],
    taken: &[rate_limit::Model],
    column: rate_limit::Column,
    instant: impl Fn(&rate_limit::Model) -> Option<Timestamp>,
) -> Result<(), DbErr> {
    for limit in limits {
        let rows = taken.iter().filter(|row| limit.keys.contains(&row.key));
        let instants: Vec<_> = rows.map(&instant).collect();
        let latest = instants.iter().copied().max().flatten();
        if instants.iter().any(|instant| *instant != latest) {
            rate_limit::Entity::update_many()
                .col_expr(column, Expr::value(latest))
                .filter(rate_limit::Column::Key.is_in(limit.keys.clone()))
                .exec(transaction)
                .await?;
        }
    }
    Ok(())
}
