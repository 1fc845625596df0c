//! Compares the clock with the database's. Servers that share a database must agree about the time: what one stores,
//! the other compares with its own clock. SQLite has no clock of its own.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, Statement};

use crate::clock::{Clock, SharedClock};
use crate::metrics::Metrics;

/// How often the clocks are compared.
const PERIOD: Duration = Duration::from_mins(1);

/// A larger offset is logged.
const MAX_OFFSET: Duration = Duration::from_secs(2);

/// Compares the clocks every minute.
pub(crate) async fn keep_comparing(db: DatabaseConnection, clock: SharedClock, metrics: Metrics) {
    loop {
        clock.sleep_until(clock.monotonic() + PERIOD).await;
        compare(&db, &*clock, &metrics).await;
    }
}

/// Compares the clocks once. Warns and counts, and never fails.
pub(crate) async fn compare(db: &DatabaseConnection, clock: &dyn Clock, metrics: &Metrics) {
    match offset(db, clock).await {
        Ok(None) => {}
        Ok(Some(offset)) => {
            #[expect(clippy::cast_precision_loss, reason = "for a person")]
            let seconds = offset.millis as f64 / 1_000.0;
            metrics.clock_offset.set(seconds);
            if offset.is_too_large() {
                tracing::warn!(
                    offset_seconds = seconds,
                    "the clock of this server and the clock of the database differ; synchronize both, for example with \
                     NTP, or codes expire too early or too late"
                );
            }
        }
        Err(error) => tracing::warn!(%error, "cannot read the clock of the database, will retry"),
    }
}

/// How far this server's clock is ahead of the database's.
pub(crate) struct Offset {
    millis: i64,
    /// Half of the time that asking took.
    uncertainty: Duration,
}

impl Offset {
    /// Milliseconds, less than zero if it is behind.
    pub(crate) fn millis(&self) -> i64 {
        self.millis
    }

    /// Whether codes expire too early or too late.
    pub(crate) fn is_too_large(&self) -> bool {
        u128::from(self.millis.unsigned_abs()) > MAX_OFFSET.as_millis() + self.uncertainty.as_millis()
    }
}

/// Reads the clock of the database; `None` for SQLite.
pub(crate) async fn offset(db: &DatabaseConnection, clock: &dyn Clock) -> Result<Option<Offset>, DbErr> {
    if db.get_database_backend() != DatabaseBackend::Postgres {
        return Ok(None);
    }
    let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS millis";
    // The first statement may wait for a connection.
    db.ping().await?;
    let asked = clock.monotonic();
    let row = db
        .query_one_raw(Statement::from_string(DatabaseBackend::Postgres, sql))
        .await?;
    let uncertainty = clock.monotonic().duration_since(asked) / 2;
    let now = (clock.now() - uncertainty).as_millis();
    let theirs: i64 = row
        .ok_or_else(|| DbErr::RecordNotFound("the clock of the database".to_owned()))?
        .try_get("", "millis")?;
    Ok(Some(Offset {
        millis: now.saturating_sub(theirs),
        uncertainty,
    }))
}
