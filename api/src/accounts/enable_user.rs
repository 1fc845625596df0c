//! Lets a disabled user sign in again.

use entity::{AccountEventKind, Timestamp, user};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::Operator;
use crate::webhooks::{Event, EventKind};
use crate::{audit, database};

/// Enables a user. Tells whether there was a disabled one with this id. No session returns.
///
/// # Errors
/// When the database fails.
pub async fn enable_user(operator: &Operator, now: Timestamp, id: Uuid) -> Result<bool, DbErr> {
    let transaction = database::begin(&operator.db).await?;
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
    operator.webhooks.enqueue(&transaction, now, enabled).await?;
    let event = audit::Event::by_operator(AccountEventKind::Enabled, now);
    operator.audit.record(&transaction, id, event).await?;
    transaction.commit().await?;
    operator.webhooks.notify();
    Ok(true)
}
