//! Statements written as SQL, for those that a query builder would make longer and harder to read.

use sea_orm::{ConnectionTrait, Statement, Value};

/// A statement in the SQL that both databases read, with `$1`, `$2`, … for its values.
pub(crate) fn statement(db: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

/// The same with a list of rows in the place of `{rows}`. Their values come after the `shared` ones.
pub(crate) fn statement_over<const WIDTH: usize>(
    db: &impl ConnectionTrait,
    sql: &str,
    shared: &[Value],
    rows: impl IntoIterator<Item = [Value; WIDTH]>,
) -> Statement {
    let mut values = shared.to_vec();
    let mut places = Vec::new();
    for row in rows {
        let row_places: Vec<_> = (1..=WIDTH).map(|place| format!("${}", values.len() + place)).collect();
        places.push(format!("({})", row_places.join(", ")));
        values.extend(row);
    }
    statement(db, &sql.replace("{rows}", &places.join(", ")), values)
}
