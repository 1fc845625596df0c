//! Ends all sessions of a user.

use entity::{AccountEventKind, Timestamp, user};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, DbErr};

use super::Operator;
use crate::audit::Event;
use crate::{database, sessions};

/// Ends all sessions of a user, and all sign-ins in progress. Returns the number of sessions; `None` if there is no
/// user with this id.
///
/// # Errors
/// When the database fails.
pub async fn end_sessions(operator: &Operator, now: Timestamp, id: Uuid) -> Result<Option<u64>, DbErr> {
    let transaction = database::begin(&operator.db).await?;
    let raised = user::raise_credential_version(user::Column::Id.eq(id).into())
        .exec(&transaction)
        .await?;
    if raised.rows_affected == 0 {
        transaction.rollback().await?;
        return Ok(None);
    }
    let ended = sessions::revoke_all(&transaction, id).await?;
    if ended > 0 {
        let event = Event::by_operator(AccountEventKind::SignedOut, now);
        operator.audit.record(&transaction, id, event).await?;
    }
    transaction.commit().await?;
    Ok(Some(ended))
}
