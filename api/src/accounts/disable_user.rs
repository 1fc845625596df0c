//! Disables a user: nothing that was proved before opens a session, and every session ends.

use entity::{Timestamp, user, verification};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, QueryFilter};

use crate::verification::end;
use crate::webhooks::{Event, EventKind, Webhooks};
use crate::{database, sessions};

/// Disables a user and ends their sessions, resets and changes of address. Returns the number of ended sessions; `None` if
/// there is no enabled user with this id.
///
/// # Errors
/// When the database fails.
pub async fn disable_user(
    db: &DatabaseConnection,
    webhooks: &Webhooks,
    now: Timestamp,
    id: Uuid,
) -> Result<Option<u64>, DbErr> {
    let transaction = database::begin(db).await?;
    let disabled = user::raise_credential_version()
        .col_expr(user::Column::DisabledAt, Expr::value(now))
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::DisabledAt.is_null())
        .exec_with_returning(&transaction)
        .await?;
    let Some(user) = disabled.into_iter().next() else {
        transaction.rollback().await?;
        return Ok(None);
    };
    end(&transaction, verification::Column::UserId.eq(id).into()).await?;
    let disabled = Event::about(EventKind::UserDisabled, &user);
    webhooks.enqueue(&transaction, now, disabled).await?;
    let ended = sessions::revoke_all(&transaction, id).await?;
    transaction.commit().await?;
    webhooks.notify();
    Ok(Some(ended))
}
