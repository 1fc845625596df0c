//! Whether the secret key is that of the database. With another one, codes of other replicas could not be checked, and
//! each replica would have rate limits of its own.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Value};

use crate::keys::Keys;
use crate::sql::statement;

/// Compares a digest of each key with that of the server that started last on this database. If one is the same, stores
/// that of the current key. Tells whether it was the same.
///
/// # Errors
/// When the database fails.
pub(crate) async fn check_and_store(db: &DatabaseConnection, keys: &Keys) -> Result<bool, DbErr> {
    // If several servers start at once, one inserts the row and the others wait.
    let sql = "INSERT INTO secret_key_check (id, digest) VALUES (1, $1) \
        ON CONFLICT (id) DO UPDATE SET digest = excluded.digest WHERE secret_key_check.digest IN ($1, $2) RETURNING id";
    Ok(db.query_one_raw(statement(db, sql, digests(keys))).await?.is_some())
}

/// Whether [`check_and_store`] would succeed. Changes nothing.
pub(crate) async fn would_start(db: &DatabaseConnection, keys: &Keys) -> Result<bool, DbErr> {
    let sql = "SELECT id FROM secret_key_check WHERE digest NOT IN ($1, $2)";
    Ok(db.query_one_raw(statement(db, sql, digests(keys))).await?.is_none())
}

fn digests(keys: &Keys) -> [Value; 2] {
    let current = keys.current.check;
    let previous = keys.previous.as_ref().map_or(current, |keys| keys.check);
    [current, previous].map(|digest| digest.to_vec().into())
}
