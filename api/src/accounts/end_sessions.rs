//! Ends all sessions of a user.

use entity::user;
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, QueryFilter};

use crate::{database, sessions};

/// Ends all sessions of a user, and all sign-ins in progress. Returns the number of sessions; `None` if there is no user with
/// this id.
///
/// # Errors
/// When the database fails.
pub async fn end_sessions(db: &DatabaseConnection, id: Uuid) -> Result<Option<u64>, DbErr> {
    let transaction = database::begin(db).await?;
    let raised = user::raise_credential_version()
        .filter(user::Column::Id.eq(id))
        .exec(&transaction)
        .await?;
    if raised.rows_affected == 0 {
        transaction.rollback().await?;
        return Ok(None);
    }
    let ended = sessions::revoke_all(&transaction, id).await?;
    transaction.commit().await?;
    Ok(Some(ended))
}
