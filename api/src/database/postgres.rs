//! What only connections to PostgreSQL need: their settings, and the checks of each.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions as _, Connection, PgConnection};
use sea_orm::{DbErr, RuntimeErr};

use super::timeout::ACQUIRE_TIMEOUT;
use crate::start_error::StartError;

/// How long PostgreSQL may take to answer what an abandoned request has sent.
const ABANDONED_TIMEOUT: Duration = Duration::from_secs(5);

/// What each connection to PostgreSQL sets.
pub(super) const SETTINGS: [(&str, &str); 3] = [
    // The migrator runs CREATE TABLE IF NOT EXISTS at each start, and PostgreSQL would send a notice about it.
    ("client_min_messages", "warning"),
    // A plan is kept. One made for an almost empty table would read all of it, and later a whole backlog. Each
    // statement that runs often has an index.
    ("enable_seqscan", "off"),
    // Statements are short. One without an index seems expensive now, and would be compiled for 80 ms.
    ("jit", "off"),
];

/// Opens one connection to PostgreSQL and closes it. The pool tries a refused connection again until its timeout, and
/// does not say why.
pub(super) async fn check_connection(url: &str) -> Result<(), StartError> {
    let options: PgConnectOptions = url.parse().map_err(|_| StartError::DatabaseUrl)?;
    match tokio::time::timeout(ACQUIRE_TIMEOUT, options.connect()).await {
        Ok(Ok(connection)) => {
            let _ = connection.close().await;
            Ok(())
        }
        Ok(Err(sqlx::Error::Io(source))) => Err(StartError::ConnectDatabase {
            address: address(&options),
            source,
        }),
        Ok(Err(sqlx::Error::Database(error))) => Err(StartError::DatabaseRefused(error.message().to_owned())),
        Ok(Err(error)) => Err(StartError::open_database(DbErr::Conn(RuntimeErr::SqlxError(Arc::new(
            error,
        ))))),
        Err(_) => Err(StartError::DatabaseTimeout),
    }
}

/// Where PostgreSQL is expected: a Unix socket, or a host and a port.
fn address(options: &PgConnectOptions) -> String {
    let (host, port) = (options.get_host(), options.get_port());
    match options.get_socket() {
        Some(folder) => format!("{}/.s.PGSQL.{port}", folder.display()),
        None if host.starts_with('/') => format!("{host}/.s.PGSQL.{port}"),
        None => format!("{host}:{port}"),
    }
}

/// Whether a connection that returns to the pool has its answers. One of a request that was abandoned waits for them
/// here, because the ping of the pool, which follows, has no timeout: after a server disappears silently, a dead
/// connection would keep its slot until TCP gives up after 15 minutes. Only a server that disappears during that ping
/// still does this (see `docs/scaling.md`, When a machine fails).
pub(super) async fn is_settled(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    tokio::time::timeout(ABANDONED_TIMEOUT, connection.flush())
        .await
        .map_err(|_| sqlx::Error::PoolTimedOut)?
        .map(|()| true)
}

/// Fails if a new connection leads to a standby: after a failover, a proxy may connect to the former leader for a
/// moment. A standby refuses writes, and it may not know yet which sessions have ended. The pool tries again until its
/// timeout.
pub(super) async fn refuse_standby(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let is_standby = sqlx::query_scalar("SELECT pg_is_in_recovery()")
        .fetch_one(connection)
        .await?;
    if is_standby {
        return Err(sqlx::Error::Configuration(
            "connected to a standby of PostgreSQL".into(),
        ));
    }
    Ok(())
}
