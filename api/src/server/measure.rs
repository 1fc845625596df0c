//! Reads, from time to time, what no event tells: how many emails wait, and how many connections are in use.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, Statement};

use crate::app::App;
use crate::metrics::Metrics;

/// How often it is read: as often as Prometheus usually asks.
const PERIOD: Duration = Duration::from_secs(15);

/// The pending emails, and when the oldest was enqueued. The ids are ordered by time, so both parts read a bounded
/// number of rows.
const OUTBOX: &str = "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM email_outbox LIMIT 10000) AS pending) AS pending, \
    (SELECT created_at FROM email_outbox ORDER BY id LIMIT 1) AS oldest";

/// Measures now and every 15 seconds.
pub(super) async fn keep_measuring(app: App) {
    loop {
        measure_pool(&app.db, &app.metrics);
        if let Err(error) = measure_outbox(&app).await {
            tracing::warn!(%error, "cannot measure the outbox, will retry");
        }
        app.clock.sleep_until(app.clock.monotonic() + PERIOD).await;
    }
}

async fn measure_outbox(app: &App) -> Result<(), DbErr> {
    let statement = Statement::from_string(app.db.get_database_backend(), OUTBOX);
    let Some(row) = app.db.query_one_raw(statement).await? else {
        return Ok(());
    };
    let oldest: Option<entity::Timestamp> = row.try_get("", "oldest")?;
    let age = oldest.map_or(Duration::ZERO, |oldest| app.clock.now().since(oldest));
    app.metrics.outbox_emails.set(row.try_get("", "pending")?);
    app.metrics.outbox_oldest.set(age.as_secs_f64());
    Ok(())
}

fn measure_pool(db: &DatabaseConnection, metrics: &Metrics) {
    let (all, idle) = if db.get_database_backend() == DatabaseBackend::Postgres {
        let pool = db.get_postgres_connection_pool();
        (pool.size(), pool.num_idle())
    } else {
        let pool = db.get_sqlite_connection_pool();
        (pool.size(), pool.num_idle())
    };
    let idle = i64::try_from(idle).unwrap_or(i64::MAX);
    let connections = &metrics.database_connections;
    connections.get_or_create(&[("state", "idle")]).set(idle);
    let used = i64::from(all).saturating_sub(idle);
    connections.get_or_create(&[("state", "used")]).set(used);
}
