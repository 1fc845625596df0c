//! Counts refused requests by hour and reason. They are statistics, so they are added up in memory and written
//! together.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entity::{Timestamp, refusal_count};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait};

use crate::clock::SharedClock;

/// How often the counts are written.
const FLUSH_INTERVAL: Duration = Duration::from_secs(10);

/// The counts that a server has not written yet: one for each code and hour. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct RefusalCounts(Arc<Mutex<Counts>>);

type Counts = BTreeMap<(Timestamp, &'static str), i64>;

/// Keeps this many counts at most while the database is unreachable. Then the others are dropped.
const MAX_PENDING: usize = 1_000;

impl RefusalCounts {
    /// Counts one refusal. `reason` is the code of the answer.
    pub(crate) fn count(&self, now: Timestamp, reason: &'static str) {
        let key = (hour_of(now), reason);
        let mut counts = self.lock();
        if counts.len() < MAX_PENDING || counts.contains_key(&key) {
            *counts.entry(key).or_default() += 1;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the counts to those in the database. If that fails, they are kept for the next time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn flush(&self, db: &impl ConnectionTrait) -> Result<(), DbErr> {
        // They stay until they are written: a stop may end this at any await.
        let counts = self.lock().clone();
        if counts.is_empty() {
            return Ok(());
        }
        // In one order, so that no two servers wait for each other.
        let rows = counts.iter().map(|((hour, reason), count)| refusal_count::ActiveModel {
            hour: Set(*hour),
            reason: Set((*reason).to_owned()),
            count: Set(*count),
        });
        let (table, added) = (refusal_count::Column::Count, Expr::cust("excluded.count"));
        let sum = Expr::col((refusal_count::Entity, table)).add(added);
        let conflict = OnConflict::columns([refusal_count::Column::Hour, refusal_count::Column::Reason])
            .value(table, sum)
            .to_owned();
        refusal_count::Entity::insert_many(rows)
            .on_conflict(conflict)
            .exec_without_returning(db)
            .await?;
        let mut pending = self.lock();
        for (key, written) in counts {
            if let Some(count) = pending.get_mut(&key) {
                *count -= written;
            }
        }
        pending.retain(|_, count| *count > 0);
        Ok(())
    }
}

/// Writes the counts every few seconds.
pub(crate) async fn keep_flushing(counts: RefusalCounts, db: DatabaseConnection, clock: SharedClock) {
    loop {
        clock.sleep_until(clock.monotonic() + FLUSH_INTERVAL).await;
        if let Err(error) = counts.flush(&db).await {
            tracing::warn!(%error, "cannot write the counts of refused requests, will retry");
        }
    }
}

/// When the hour of an instant began.
fn hour_of(now: Timestamp) -> Timestamp {
    const HOUR: i64 = 60 * 60 * 1_000;
    Timestamp::from_millis(now.as_millis().div_euclid(HOUR) * HOUR)
}
