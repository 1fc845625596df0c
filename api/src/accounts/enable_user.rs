//! Lets a disabled user sign in again.

use entity::{Timestamp, user};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};

use crate::database;
use crate::webhooks::{Event, EventKind, Webhooks};

/// Enables a user. Tells whether there was a disabled one with this id. No session returns.
///
/// # Errors
/// When the database fails.
pub async fn enable_user(
    db: &DatabaseConnection,
    webhooks: &Webhooks,
    now: Timestamp,
    id: Uuid,
) -> Result<bool, DbErr> {
    let transaction = database::begin(db).await?;
    let enabled = user::Entity::update_many()
        .col_expr(user::Column::DisabledAt, Expr::value(None::<Timestamp>))
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::DisabledAt.is_not_null())
        .exec_with_returning(&transaction)
        .await?;
    let Some(user) = enabled.into_iter().next() else {
        transaction.rollback().await?;
        return Ok(false);
    };
    let enabled = Event::about(EventKind::UserEnabled, &user);
    webhooks.enqueue(&transaction, now, enabled).await?;
    transaction.commit().await?;
    webhooks.notify();
    Ok(true)
}
