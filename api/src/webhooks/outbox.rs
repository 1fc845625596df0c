//! The statements on deliveries.

use entity::{HiddenText, Timestamp, webhook_delivery};
use sea_orm::prelude::Uuid;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// Owes an event to these endpoints.
pub(super) async fn insert(
    transaction: &impl ConnectionTrait,
    endpoints: impl Iterator<Item = String>,
    now: Timestamp,
    id: Uuid,
    event: &'static str,
    (user_id, email): (Uuid, Option<HiddenText>),
) -> Result<(), DbErr> {
    let rows = endpoints.map(|endpoint| webhook_delivery::ActiveModel {
        id: Set(id),
        endpoint: Set(endpoint),
        event: Set(event.to_owned()),
        user_id: Set(user_id),
        email: Set(email.clone()),
        created_at: Set(now),
        owed_at: Set(now),
        due_at: Set(Some(now)),
        attempts: Set(0),
        ..Default::default()
    });
    webhook_delivery::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Deletes every delivery about a user.
pub(super) async fn delete_user(transaction: &impl ConnectionTrait, user: Uuid) -> Result<(), DbErr> {
    webhook_delivery::Entity::delete_many()
        .filter(webhook_delivery::Column::UserId.eq(user))
        .exec(transaction)
        .await?;
    Ok(())
}
