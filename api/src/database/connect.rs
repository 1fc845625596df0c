//! Opens the pool of connections.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, DatabaseBackend, DatabaseConnection};

use super::postgres::{SETTINGS, check_connection, is_settled, refuse_standby};
use super::sqlite::{open, secure_files};
use super::timeout::ACQUIRE_TIMEOUT;
use crate::start_error::StartError;
use crate::telemetry::record_statement;

/// How long a statement may run on PostgreSQL, and how long it may wait for a lock on SQLite.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);

/// How many connections to PostgreSQL a server opens at most, by default.
pub const POOL_SIZE: u32 = 16;

/// Opens the database of a URL, `postgres://…` or `sqlite://FILE`, with the default size of the pool.
///
/// # Errors
/// When the URL cannot be parsed, or the database cannot be reached or opened.
pub async fn connect(url: &str) -> Result<DatabaseConnection, StartError> {
    connect_with_pool(url, POOL_SIZE).await
}

/// Opens the database of a URL with at most `pool_size` connections. SQLite always has one.
///
/// # Errors
/// Like [`connect`].
pub async fn connect_with_pool(url: &str, pool_size: u32) -> Result<DatabaseConnection, StartError> {
    let sqlite = url.starts_with("sqlite:");
    if sqlite {
        secure_files(url)?;
    }
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire_if_idle_for(Duration::from_secs(10));
    if sqlite {
        // SQLite allows one writer at a time. With a single connection, callers wait in a queue instead of polling for
        // the lock, and a transaction that began with a read never fails to upgrade to a write.
        options
            .max_connections(1)
            .idle_timeout(None::<Duration>)
            .max_lifetime(None::<Duration>)
            .map_sqlx_sqlite_opts(|options| {
                options
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    // A commit is on disk before it is acknowledged.
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(STATEMENT_TIMEOUT)
            });
    } else {
        check_connection(url).await?;
        options
            .max_connections(pool_size)
            .statement_timeout(STATEMENT_TIMEOUT)
            .set_application_name("api")
            .map_sqlx_postgres_opts(|options| options.options(SETTINGS))
            .map_sqlx_postgres_pool_opts(|options| {
                options
                    .after_connect(|connection, _| Box::pin(refuse_standby(connection)))
                    .after_release(|connection, _| Box::pin(is_settled(connection)))
            });
    }
    let mut db = open(options).await.map_err(StartError::open_database)?;
    db.set_metric_callback(|info| record_statement(&info.statement.sql, info.elapsed, info.failed));
    Ok(db)
}

/// How many connections the pool opens at most.
pub(crate) fn pool_size(db: &DatabaseConnection) -> usize {
    match db.get_database_backend() {
        DatabaseBackend::Postgres => {
            let pool = db.get_postgres_connection_pool();
            usize::try_from(pool.options().get_max_connections()).unwrap_or(usize::MAX)
        }
        _ => 1,
    }
}
