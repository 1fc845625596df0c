//! One limit of one subject, and its row in the database.

use std::time::Duration;

use entity::{Timestamp, rate_limit};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter};

use super::Client;
use crate::clock::{MAX_SKEW, latest_written};
use crate::keys::Key;
use crate::sql::statement_over;

/// One limit of one subject.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    /// The row: a keyed digest of the limit's name and subject, so that the table names nobody.
    pub key: Vec<u8>,
    /// How many units may be in use at once; at least one.
    pub capacity: u16,
    /// How long a unit stays in use.
    pub interval: Duration,
}

impl Limit {
    /// The limit of a canonical address, for one client network or for all together.
    pub(super) fn of(
        key: &Key,
        name: &str,
        address: &str,
        client: Option<&Client>,
        capacity: u16,
        interval: Duration,
    ) -> Self {
        let network = client.map(|client| client.network().to_string()).unwrap_or_default();
        let digest = key.tag(&[name.as_bytes(), address.as_bytes(), network.as_bytes()]);
        Self {
            key: digest.to_vec(),
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

/// Takes one unit of each limit with one statement, which locks the rows in the order of the limits. `update` says what
/// that does to a row that exists, after `ON CONFLICT DO UPDATE SET`. Returns the rows that changed: an `update` with a
/// condition leaves out those that refuse.
pub(super) async fn upsert(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
    update: &str,
) -> Result<Vec<rate_limit::Model>, DbErr> {
    upsert_released(db, now, limits, update, |limit| now + limit.interval).await
}

/// The same, but a row that does not exist is written with no unit in use.
pub(super) async fn upsert_unused(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
    update: &str,
) -> Result<Vec<rate_limit::Model>, DbErr> {
    upsert_released(db, now, limits, update, |_| now).await
}

async fn upsert_released(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limits: &[Limit],
    update: &str,
    release: impl Fn(&Limit) -> Timestamp,
) -> Result<Vec<rate_limit::Model>, DbErr> {
    let sql = format!(
        "INSERT INTO rate_limits \
            (key, releases, theoretical_arrival, capacity, interval_ms, taken_at, expires_at) VALUES {{rows}} \
        ON CONFLICT (key) DO UPDATE SET {update} RETURNING *"
    );
    let rows = limits.iter().map(|limit| {
        let release = release(limit);
        [
            limit.key.clone().into(),
            format!("{:013}", release.as_millis()).into(),
            release.into(),
            i32::from(limit.capacity).into(),
            i64::try_from(limit.interval.as_millis()).unwrap_or(i64::MAX).into(),
            now.into(),
            (now + limit.interval * u32::from(limit.capacity)).into(),
        ]
    });
    let changed = db.query_all_raw(statement_over(db, &sql, &[], rows)).await?;
    changed
        .iter()
        .map(|row| rate_limit::Model::from_query_result(row, ""))
        .collect()
}

/// The rows of limits, as far as they exist.
pub(super) async fn rows(db: &impl ConnectionTrait, limits: &[Limit]) -> Result<Vec<rate_limit::Model>, DbErr> {
    let keys = limits.iter().map(|limit| limit.key.clone());
    rate_limit::Entity::find()
        .filter(rate_limit::Column::Key.is_in(keys))
        .all(db)
        .await
}
