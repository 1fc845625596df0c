//! Statements written as SQL, for those that a query builder would make longer and harder to read.

use entity::HiddenBytes;
use sea_orm::sea_query::{CommonTableExpression, Expr, InsertStatement, Query, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseBackend, DbErr, Statement, Value};

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

/// The rows, with the last one repeated up to a power of two. So statements over a few rows have few texts, and a
/// connection soon has each of them prepared and planned.
pub(crate) fn padded<Row: Clone>(mut rows: Vec<Row>) -> Vec<Row> {
    if let Some(last) = rows.last().cloned() {
        rows.resize(rows.len().next_power_of_two(), last);
    }
    rows
}

/// A clause that locks the selected rows on PostgreSQL. SQLite has one writer.
pub(crate) fn row_lock(db: &impl ConnectionTrait, clause: &'static str) -> &'static str {
    match db.get_database_backend() {
        DatabaseBackend::Postgres => clause,
        _ => "",
    }
}

/// A condition that is always true. With it, the commit of the statement does not wait for the disk on PostgreSQL, so a
/// crash may undo what was acknowledged. SQLite has no such setting for one statement.
pub(crate) fn commit_may_be_lost(db: &impl ConnectionTrait) -> &'static str {
    match db.get_database_backend() {
        DatabaseBackend::Postgres => "(SELECT set_config('synchronous_commit', 'off', true)) = 'off'",
        _ => "TRUE",
    }
}

/// Inserts two rows, of which one may refer to the other. PostgreSQL checks that at the end of a statement and takes
/// both as one, which saves a round trip. SQLite knows no such statement.
pub(crate) async fn insert_both(
    db: &impl ConnectionTrait,
    first: InsertStatement,
    mut second: InsertStatement,
) -> Result<(), DbErr> {
    if db.get_database_backend() == DatabaseBackend::Postgres {
        let first = CommonTableExpression::new().query(first).table_name("first").to_owned();
        second.with_cte(Query::with().cte(first).to_owned());
    } else {
        db.execute(&first).await?;
    }
    db.execute(&second).await?;
    Ok(())
}

/// Whether a column holds one of several byte strings. PostgreSQL gets them as one parameter: with a parameter for
/// each, it makes a new plan for each execution, and for a small table one that reads every row. It keeps a plan for
/// ten strings, unless a plan for the strings that it is given would be cheaper, so there should be more than ten.
pub(crate) fn is_one_of(db: &impl ConnectionTrait, column: impl ColumnTrait, values: Vec<HiddenBytes>) -> SimpleExpr {
    if db.get_database_backend() != DatabaseBackend::Postgres || values.len() == 1 {
        return column.is_in(values);
    }
    let values: Vec<_> = values.iter().map(|HiddenBytes(bytes)| bytea(bytes)).collect();
    let condition = "$1 = ANY (string_to_array($2, ',')::bytea[])";
    Expr::cust_with_exprs(condition, [column.into_expr(), Expr::value(values.join(","))])
}

/// Bytes in the text format of PostgreSQL.
fn bytea(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
    "\\x".chars().chain(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytea_has_two_digits_for_each_byte() {
        assert_eq!(bytea(&[0, 1, 0xab, 0xff]), "\\x0001abff");
        assert_eq!(bytea(&[]), "\\x");
    }
}
