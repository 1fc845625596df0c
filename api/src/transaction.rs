//! A transaction whose beginning and end count as statements of the request.

use std::ops::Deref;

use futures_util::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr, ExecResult, QueryResult,
    Statement, TransactionOptions, TransactionTrait,
};
use tokio::time::Instant;

use crate::telemetry::{record_begin, record_statement};

/// An open transaction. Rolled back if it is dropped.
#[derive(Debug)]
pub struct Transaction(DatabaseTransaction);

impl Transaction {
    pub(crate) async fn begin(db: &DatabaseConnection, options: TransactionOptions) -> Result<Self, DbErr> {
        let started = Instant::now();
        let begun = db.begin_with_options(options).await;
        record_begin(started.elapsed(), begun.is_err());
        begun.map(Self)
    }

    /// Commits.
    ///
    /// # Errors
    /// When the database fails. Then it may have committed or not.
    pub async fn commit(self) -> Result<(), DbErr> {
        let started = Instant::now();
        let ended = self.0.commit().await;
        record_statement("COMMIT", started.elapsed(), ended.is_err());
        ended
    }

    /// Rolls back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rollback(self) -> Result<(), DbErr> {
        let started = Instant::now();
        let ended = self.0.rollback().await;
        record_statement("ROLLBACK", started.elapsed(), ended.is_err());
        ended
    }
}

impl Deref for Transaction {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.0
    }
}

impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.0.get_database_backend()
    }

    fn execute_raw<'s, 'f>(&'s self, statement: Statement) -> BoxFuture<'f, Result<ExecResult, DbErr>>
    where
        's: 'f,
        Self: 'f,
    {
        self.0.execute_raw(statement)
    }

    fn execute_unprepared<'s, 't, 'f>(&'s self, sql: &'t str) -> BoxFuture<'f, Result<ExecResult, DbErr>>
    where
        's: 'f,
        't: 'f,
        Self: 'f,
    {
        self.0.execute_unprepared(sql)
    }

    fn query_one_raw<'s, 'f>(&'s self, statement: Statement) -> BoxFuture<'f, Result<Option<QueryResult>, DbErr>>
    where
        's: 'f,
        Self: 'f,
    {
        self.0.query_one_raw(statement)
    }

    fn query_all_raw<'s, 'f>(&'s self, statement: Statement) -> BoxFuture<'f, Result<Vec<QueryResult>, DbErr>>
    where
        's: 'f,
        Self: 'f,
    {
        self.0.query_all_raw(statement)
    }
}
