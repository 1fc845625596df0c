//! The database: PostgreSQL or SQLite. Where the two must be treated differently, it is done here.

use std::time::Duration;

use migration::{Migrator, MigratorTrait, SCHEMA_VERSION};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection, PgConnection};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

/// How long a request waits for a connection, and PostgreSQL for a statement.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connections to PostgreSQL.
const CONNECTIONS: u32 = 16;

/// Every statement of this server looks up a few rows by an index. PostgreSQL would rather read a small table whole, and
/// one that it has no statistics of yet as if it were small: sixteen sessions with their users cost five times as much.
/// So one plan is as good as another, and need not be made anew for each set of values. What has to read a table whole
/// nevertheless looks so expensive then that PostgreSQL would compile it, which takes longer than all of the start.
const BY_INDEX: [(&str, &str); 5] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("jit", "off"),
];

/// The migrations ask for their table each time, and PostgreSQL would note each time that it is there already.
const NO_NOTICES: [(&str, &str); 1] = [("client_min_messages", "warning")];

/// The advisory lock under which PostgreSQL migrates, so that of replicas that start together one does it.
const MIGRATION_LOCK: i64 = 0x7265_6769_7374_6572;

/// Opens the database that a URL names: `postgres://…` or `sqlite://FILE`.
///
/// # Errors
/// When it cannot be reached or opened.
pub async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let sqlite = url.starts_with("sqlite:");
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .acquire_timeout(PATIENCE)
        .connect_timeout(PATIENCE)
        .test_before_acquire_if_idle_for(Duration::from_secs(10));
    if sqlite {
        // SQLite has one writer at a time anyway. One connection makes the others queue in order instead of trying
        // again and again, and keeps a reading transaction from finding that it cannot write any more.
        options
            .max_connections(1)
            .idle_timeout(None::<Duration>)
            .max_lifetime(None::<Duration>)
            .map_sqlx_sqlite_opts(|options| {
                options
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    // A commit is on the disk before it is acknowledged.
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(PATIENCE)
            });
    } else {
        options
            .max_connections(CONNECTIONS)
            .statement_timeout(PATIENCE)
            .set_application_name("api")
            .map_sqlx_postgres_opts(|options| options.options(BY_INDEX).options(NO_NOTICES))
            .map_sqlx_postgres_pool_opts(|options| {
                options.after_release(|connection, _| Box::pin(answers(connection)))
            });
    }
    Database::connect(options).await
}

/// Whether a connection that was given back still answers. The pool asks too, but with all the patience that TCP has: of
/// a server that went without a word, every connection would keep its place for a quarter of an hour.
async fn answers(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    tokio::time::timeout(PATIENCE, connection.ping())
        .await
        .map_err(|_| sqlx::Error::PoolTimedOut)?
        .map(|()| true)
}

/// Begins a transaction that may write. SQLite must be told so at its beginning.
///
/// # Errors
/// When no connection is to be had in time.
pub async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    db.begin_with_options(TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    })
    .await
}

/// Brings the schema up to date, all of it or nothing. Whoever comes second waits, and finds nothing to do. A schema that
/// a newer server has taken further stays as it is.
///
/// # Errors
/// When a step fails, the database may not be written, or its schema is one that this server cannot work with.
pub async fn migrate(db: &DatabaseConnection) -> Result<(), DbErr> {
    let transaction = begin(db).await?;
    if db.get_database_backend() == DatabaseBackend::Postgres {
        // Another server's migration, or a step of this one, may well take longer than a request may.
        let lock = format!("SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
        transaction.execute_unprepared(&lock).await?;
    }
    if !is_ahead(&transaction).await? {
        Migrator::up(&transaction, None).await?;
    }
    let minimum = minimum_version(&transaction).await?;
    if minimum > SCHEMA_VERSION {
        return Err(DbErr::Migration(format!(
            "a newer server has changed it: it takes schema version {minimum}, and this server has {SCHEMA_VERSION}"
        )));
    }
    transaction.commit().await
}

/// Whether steps were applied that this server does not know.
async fn is_ahead(db: &DatabaseTransaction) -> Result<bool, DbErr> {
    let known = Migrator::migrations();
    let applied = Migrator::get_migration_models(db).await?;
    Ok(applied
        .iter()
        .any(|step| known.iter().all(|known| known.name() != step.version)))
}

/// The oldest version of the schema whose servers can work with this one. It is asked by a write, since a database that
/// may not be written would else be found out by the first who registers.
async fn minimum_version(db: &DatabaseTransaction) -> Result<i32, DbErr> {
    let ask = "UPDATE schema_compatibility SET minimum_version = minimum_version RETURNING minimum_version";
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), ask))
        .await?;
    row.ok_or_else(|| DbErr::Migration("the table schema_compatibility is empty".to_owned()))?
        .try_get("", "minimum_version")
}
