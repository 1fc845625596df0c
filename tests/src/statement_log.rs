//! The statements that the use cases send to their database.

use std::sync::{Arc, Mutex};

use api::policy::Policy;

use crate::{Database, TestCore};

/// The SQL of the statements since the last look.
#[derive(Clone, Default)]
pub struct StatementLog(Arc<Mutex<Vec<String>>>);

impl StatementLog {
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
        let core = Self::with(database, Policy::default(), |db| {
            let log = log.clone();
            db.set_metric_callback(move |info| log.0.lock().expect("no panic").push(info.statement.sql.clone()));
        });
        (core.await, log)
    }
}
