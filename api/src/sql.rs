//! Statements written as SQL, for those that a query builder would make longer and harder to read.

use sea_orm::{ConnectionTrait, Statement, Value};

/// A statement in the SQL that both databases read, with `$1`, `$2`, … for its values.
pub(crate) fn statement(db: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}
