//! The statements that the use cases send to their database.

use std::sync::{Arc, Mutex};

use api::policy::Policy;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, Statement};

use crate::{Database, TestCore};

/// The SQL of the statements since the last look.
#[derive(Clone, Default)]
pub struct StatementLog(Arc<Mutex<Vec<String>>>);

impl StatementLog {
    /// Records the statements of a database from now on.
    ///
    /// # Panics
    /// If a test panicked while it held the log.
    pub fn record(&self, db: &mut DatabaseConnection) {
        let log = self.clone();
        db.set_metric_callback(move |info| log.0.lock().expect("no panic").push(info.statement.sql.clone()));
    }

    /// Takes the statements out of the log.
    ///
    /// # Panics
    /// If a test panicked while it held the log.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("no panic"))
    }
}

impl TestCore {
    /// Prepares the use cases over a database, and records their statements.
    ///
    /// # Panics
    /// If the database does not open.
    pub async fn recording(database: &Database) -> (Self, StatementLog) {
        let log = StatementLog::default();
        let core = Self::with(database, Policy::default(), |db| log.record(db)).await;
        (core, log)
    }
}

/// The lines of the plan that PostgreSQL makes for a statement before it knows the arguments.
///
/// # Panics
/// If the statement is not valid, or the arguments are not those of its parameters.
pub async fn generic_plan(db: &DatabaseConnection, sql: &str, arguments: &str) -> Vec<String> {
    let arguments = arguments.replace('\'', "''");
    let explain = format!(
        "PREPARE explained AS {sql}; SET plan_cache_mode = force_generic_plan; \
         CREATE FUNCTION plan() RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN \
            RETURN QUERY EXECUTE 'EXPLAIN EXECUTE explained({arguments})'; END $$; \
         CREATE TABLE plan AS SELECT * FROM plan() AS line; RESET plan_cache_mode; DEALLOCATE explained"
    );
    db.execute_unprepared(&explain).await.expect("the statement has a plan");
    let lines = Statement::from_string(DatabaseBackend::Postgres, "SELECT line FROM plan");
    let lines = db.query_all_raw(lines).await.expect("the plan is stored");
    lines
        .iter()
        .map(|line| line.try_get_by_index(0).expect("a line of text"))
        .collect()
}
