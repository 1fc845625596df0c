//! Disables a user: nothing that was proved before opens a session, and every session ends.

use entity::{Timestamp, user, verification};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};

use crate::verification::end;
use crate::webhooks::{Event, Webhooks};
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
    let disabled = user::Entity::update_many()
        .col_expr(user::Column::DisabledAt, Expr::value(now))
        .col_expr(
            user::Column::CredentialVersion,
            Expr::col(user::Column::CredentialVersion).add(1),
        )
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::DisabledAt.is_null())
        .exec_with_returning(&transaction)
        .await?;
    let Some(user) = disabled.into_iter().next() else {
        transaction.rollback().await?;
        return Ok(None);
    };
    end(&transaction, verification::Column::UserId.eq(id).into()).await?;
    let email = user.email;
    webhooks
        .enqueue(&transaction, now, Event::UserDisabled { id, email })
        .await?;
    let ended = sessions::revoke_all(&transaction, id).await?;
    transaction.commit().await?;
    webhooks.notify();
    Ok(Some(ended))
}
