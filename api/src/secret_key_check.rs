//! Whether the secret key is that of the database. With another one, codes of other replicas would count as wrong, and each
//! replica would have rate limits of its own.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use crate::keys::Tag;
use crate::sql::statement;

/// Compares a digest of the key with that of the first server that started on this database. Tells whether it is the same.
///
/// # Errors
/// When the database fails.
pub(crate) async fn is_key_of(db: &DatabaseConnection, digest: &Tag) -> Result<bool, DbErr> {
    // Of servers that start at the same time one inserts the row, and the others wait for it.
    let insert = "INSERT INTO secret_key_check (id, digest) VALUES (1, $1) ON CONFLICT (id) DO NOTHING";
    let check = "SELECT id FROM secret_key_check WHERE digest = $1";
    let digest = || [digest.to_vec().into()];
    db.execute_raw(statement(db, insert, digest())).await?;
    Ok(db.query_one_raw(statement(db, check, digest())).await?.is_some())
}
