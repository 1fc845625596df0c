//! Connections to PostgreSQL or SQLite, and their migration.

use std::collections::HashSet;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use migration::{Migrator, MigratorTrait, SCHEMA_VERSION};
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection, PgConnection};
use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DbErr, RuntimeErr,
    SqliteTransactionMode, Statement, TransactionOptions,
};

use crate::private_file::{self, FileError};
use crate::start_error::StartError;
use crate::telemetry::record_statement;
use crate::transaction::Transaction;

/// How long a request waits for a connection, including the time to open it.
pub(crate) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a statement may run on PostgreSQL, and how long it may wait for a lock on SQLite.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);

/// The pause before a locked SQLite file is opened again, and how often that is done: for five seconds.
const LOCK_PAUSE: Duration = Duration::from_millis(10);
const LOCK_ATTEMPTS: u32 = 500;

/// The result code of SQLite for a lock that another connection holds.
const SQLITE_BUSY: &str = "5";

/// How long the statements of a task that outlives its request may take: the wait for a connection, and as long again.
pub(crate) const TASK_TIMEOUT: Duration = Duration::from_secs(10);

/// How long PostgreSQL may take to answer what an abandoned request has sent.
const ABANDONED_TIMEOUT: Duration = Duration::from_secs(5);

/// How many connections to PostgreSQL a server opens at most, by default.
pub const POOL_SIZE: u32 = 16;

/// What each connection to PostgreSQL sets.
const SETTINGS: [(&str, &str); 3] = [
    // The migrator runs CREATE TABLE IF NOT EXISTS at each start, and PostgreSQL would send a notice about it.
    ("client_min_messages", "warning"),
    // A plan is kept. One made for an almost empty table would read all of it, and later a whole backlog. Each
    // statement that runs often has an index.
    ("enable_seqscan", "off"),
    // Statements are short. One without an index seems expensive now, and would be compiled for 80 ms.
    ("jit", "off"),
];

/// The advisory lock on PostgreSQL that lets only one replica migrate at a time.
const MIGRATION_LOCK: i64 = 0x7265_6769_7374_6572;

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

/// Opens one connection to PostgreSQL and closes it. The pool tries a refused connection again until its timeout, and
/// does not say why.
async fn check_connection(url: &str) -> Result<(), StartError> {
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

/// Creates the file of an SQLite database, or checks the one that exists, so that no other user can open it. SQLite
/// gives the files beside it the same mode.
fn secure_files(url: &str) -> Result<(), StartError> {
    let options = SqliteConnectOptions::from_str(url).map_err(|_| StartError::DatabaseUrl)?;
    let file = options.get_filename();
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Ok(());
    }
    // If it cannot be created, SQLite says why.
    let _ = private_file::create(file);
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        let path = PathBuf::from(path);
        match private_file::check(&path) {
            Err(FileError::Io(_)) | Ok(()) => {}
            Err(source) => {
                let name = "DATABASE_URL";
                return Err(StartError::PrivateFile { name, path, source });
            }
        }
    }
    Ok(())
}

/// Whether the URL names an SQLite file that does not exist. Opening it would create it.
pub(crate) fn is_missing_file(url: &str) -> bool {
    let options = url.starts_with("sqlite:").then(|| SqliteConnectOptions::from_str(url));
    options.is_some_and(|options| options.is_ok_and(|options| !options.get_filename().exists()))
}

/// Opens the pool and its first connection. That switches a new SQLite file to WAL, which needs an exclusive lock.
/// SQLite does not wait for that lock, so servers that open a new file at the same time try again.
async fn open(options: ConnectOptions) -> Result<DatabaseConnection, DbErr> {
    for _ in 0..LOCK_ATTEMPTS {
        match Database::connect(options.clone()).await {
            Err(error) if is_locked(&error) => tokio::time::sleep(LOCK_PAUSE).await,
            opened => return opened,
        }
    }
    Database::connect(options).await
}

/// Whether the error is `SQLITE_BUSY`: another connection holds the lock.
fn is_locked(error: &DbErr) -> bool {
    let DbErr::Conn(RuntimeErr::SqlxError(error)) = error else {
        return false;
    };
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.as_deref() == Some(SQLITE_BUSY)
}

/// Runs statements of a task that outlives its request. Without a timeout, a connection whose server has
/// disappeared would block the task for about 15 minutes.
///
/// # Errors
/// Those of the statements, and a timeout.
pub(crate) async fn within_timeout<T, E: From<DbErr>>(statements: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let result = tokio::time::timeout(TASK_TIMEOUT, statements).await;
    result.unwrap_or_else(|_| Err(timed_out().into()))
}

/// The error of a wait for the database that was too long, whether for a connection, a statement or a permit. The
/// client learns that the server is overloaded.
pub(crate) fn timed_out() -> DbErr {
    DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)
}

/// Whether a connection that returns to the pool has its answers. One of a request that was abandoned waits for them
/// here, because the ping of the pool, which follows, has no timeout: after a server disappears silently, a dead
/// connection would keep its slot until TCP gives up after 15 minutes. Only a server that disappears during that ping
/// still does this (see `docs/scaling.md`, When a machine fails).
async fn is_settled(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    tokio::time::timeout(ABANDONED_TIMEOUT, connection.flush())
        .await
        .map_err(|_| sqlx::Error::PoolTimedOut)?
        .map(|()| true)
}

/// Fails if a new connection leads to a standby: after a failover, a proxy may connect to the former leader for a
/// moment. A standby refuses writes, and it may not know yet which sessions have ended. The pool tries again until its
/// timeout.
async fn refuse_standby(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
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

/// Begins a transaction that may write. SQLite must know that at the beginning, because a read transaction cannot
/// always be upgraded.
///
/// # Errors
/// When no connection becomes free in time.
pub async fn begin(db: &DatabaseConnection) -> Result<Transaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    Transaction::begin(db, options).await
}

/// Begins a transaction whose statements may take longer than a request may.
///
/// # Errors
/// Like [`begin`].
pub(crate) async fn begin_without_timeout(db: &DatabaseConnection) -> Result<Transaction, DbErr> {
    let transaction = begin(db).await?;
    if transaction.get_database_backend() == DatabaseBackend::Postgres {
        transaction
            .execute_unprepared("SET LOCAL statement_timeout = 0")
            .await?;
    }
    Ok(transaction)
}

/// Applies all pending migrations in one transaction. Servers that start at the same time wait for each other. The
/// schema of a newer server stays as it is.
///
/// # Errors
/// When a migration fails, the database is read-only, or its schema is too new for this server.
pub async fn migrate(db: &DatabaseConnection) -> Result<(), StartError> {
    // A migration, here or on another server, may take long.
    let transaction = begin_without_timeout(db).await.map_err(StartError::MigrateDatabase)?;
    let required = apply_pending(&transaction).await.map_err(StartError::MigrateDatabase)?;
    if required > SCHEMA_VERSION {
        return Err(StartError::NewerSchema {
            required,
            supported: SCHEMA_VERSION,
        });
    }
    transaction.commit().await.map_err(StartError::MigrateDatabase)
}

/// Checks that the schema is the one of this program, and that the database can be written: it takes a write lock for
/// a moment, and changes no value.
///
/// # Errors
/// When a migration is pending, or the schema is too new.
pub async fn check_schema(db: &DatabaseConnection) -> Result<(), StartError> {
    if !is_migrated(db).await.map_err(StartError::OpenDatabase)? {
        return Err(StartError::SchemaNotMigrated);
    }
    let required = minimum_version(db).await.map_err(StartError::OpenDatabase)?;
    if required > SCHEMA_VERSION {
        let supported = SCHEMA_VERSION;
        return Err(StartError::NewerSchema { required, supported });
    }
    Ok(())
}

/// Whether all migrations of this program are applied. A newer server may have applied others too.
async fn is_migrated(db: &DatabaseConnection) -> Result<bool, DbErr> {
    match Migrator::get_pending_migrations_read_only(db).await {
        Ok(pending) => Ok(pending.is_empty()),
        // There are others.
        Err(DbErr::Custom(_)) => {
            let versions = Statement::from_string(db.get_database_backend(), "SELECT version FROM seaql_migrations");
            let applied = db.query_all_raw(versions).await?;
            let applied: Vec<String> = applied
                .iter()
                .map(|row| row.try_get("", "version"))
                .collect::<Result<_, _>>()?;
            Ok(Migrator::migrations()
                .iter()
                .all(|step| applied.iter().any(|version| version == step.name())))
        }
        Err(error) => Err(error),
    }
}

/// Applies the migrations, and gives the oldest schema version that the database supports.
async fn apply_pending(transaction: &Transaction) -> Result<i32, DbErr> {
    if transaction.get_database_backend() == DatabaseBackend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
        transaction.execute_unprepared(&lock).await?;
    }
    let known: HashSet<_> = Migrator::migrations()
        .iter()
        .map(|step| step.name().to_owned())
        .collect();
    let applied = Migrator::get_migration_models(transaction).await?;
    let applied: HashSet<_> = applied.into_iter().map(|step| step.version).collect();
    // A newer server has applied all migrations of this one, and others.
    let is_newer = !applied.is_subset(&known);
    if is_newer && !known.is_subset(&applied) {
        return Err(DbErr::Migration(
            "its tables are those of another program or of an unreleased version; use an empty database".to_owned(),
        ));
    }
    if !is_newer {
        Migrator::up(&**transaction, None).await?;
    }
    minimum_version(transaction).await
}

/// The oldest schema version that the database supports. It is read by a write, so that a read-only database prevents
/// the start instead of failing the first registration.
async fn minimum_version(transaction: &impl ConnectionTrait) -> Result<i32, DbErr> {
    let update = "UPDATE schema_compatibility SET minimum_version = minimum_version RETURNING minimum_version";
    let row = transaction
        .query_one_raw(Statement::from_string(transaction.get_database_backend(), update))
        .await?;
    row.ok_or_else(|| DbErr::Migration("the table schema_compatibility is empty".to_owned()))?
        .try_get("", "minimum_version")
}
