//! Whether the secret key is that of the database. With another one, codes of other replicas could not be checked, and each
//! replica would have rate limits of its own.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use crate::keys::Keys;
use crate::sql::statement;

/// Compares a digest of each key with that of the server that started last on this database. If one is the same, stores that
/// of the current key. Tells whether it was the same.
///
/// # Errors
/// When the database fails.
pub(crate) async fn is_key_of(db: &DatabaseConnection, keys: &Keys) -> Result<bool, DbErr> {
    // Of servers that start at the same time one inserts the row, and the others wait for it.
    let sql = "INSERT INTO secret_key_check (id, digest) VALUES (1, $1) \
        ON CONFLICT (id) DO UPDATE SET digest = excluded.digest WHERE secret_key_check.digest IN ($1, $2) RETURNING id";
    let current = keys.current.check;
    let previous = keys.previous.as_ref().map_or(current, |keys| keys.check);
    let digests = [current, previous].map(|digest| digest.to_vec().into());
    Ok(db.query_one_raw(statement(db, sql, digests)).await?.is_some())
}
