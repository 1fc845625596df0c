//! Brings the schema up to date, or checks that it is.

use std::collections::HashSet;

use migration::{Migrator, MigratorTrait, SCHEMA_VERSION};
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, Statement};

use super::begin::begin_without_timeout;
use crate::start_error::StartError;
use crate::transaction::Transaction;

/// The advisory lock on PostgreSQL that lets only one replica migrate at a time.
const MIGRATION_LOCK: i64 = 0x7265_6769_7374_6572;

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

/// Applies the migrations, and returns the oldest schema version that the database supports.
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
