//! The beginning of transactions.

use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, SqliteTransactionMode, TransactionOptions};

use crate::transaction::Transaction;

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
