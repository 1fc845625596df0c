//! Deletes a user, or an open registration, for an operator.

use entity::{Purpose, Timestamp, user, verification};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::Operator;
use crate::mail::outbox;
use crate::verification::end_with_emails;
use crate::webhooks::{Event, EventKind, Webhooks};
use crate::{database, sessions};

/// Deletes a user, their sessions, their verifications (also the consumed one that created them), their pending emails
/// and their events. Open resets stay as decoys, with their emails (see `verification::end`). Returns the number of
/// ended sessions; `None` if there is no user with this id.
///
/// # Errors
/// When the database fails.
pub async fn delete_user(operator: &Operator, now: Timestamp, id: Uuid) -> Result<Option<u64>, DbErr> {
    let transaction = database::begin(&operator.db).await?;
    let user = user::Entity::find_by_id(id).lock_exclusive().one(&transaction).await?;
    let Some(user) = user else {
        transaction.rollback().await?;
        return Ok(None);
    };
    delete_all_but_sessions(&transaction, &operator.webhooks, now, &user).await?;
    let ended = sessions::revoke_all(&transaction, id).await?;
    operator.audit.record_deletion(&transaction, id, now).await?;
    user::Entity::delete_by_id(id).exec(&transaction).await?;
    transaction.commit().await?;
    operator.webhooks.notify();
    Ok(Some(ended))
}

/// Deletes what the user began, the registration that they come from, and every other pending email and webhook about
/// them. The caller has locked the user, and deletes their sessions, then their events, and the row itself. Open resets
/// and other registrations of the address stay: their end would tell the person who began them.
pub(super) async fn delete_all_but_sessions(
    transaction: &impl ConnectionTrait,
    webhooks: &Webhooks,
    now: Timestamp,
    user: &user::Model,
) -> Result<(), DbErr> {
    let of_user = Condition::any()
        .add(verification::Column::UserId.eq(user.id))
        .add(verification::Column::Id.eq(user.id));
    end_with_emails(transaction, of_user, Some(outbox::notices_to(&user.email))).await?;
    let deleted = Event::about(EventKind::UserDeleted, user);
    webhooks.enqueue(transaction, now, deleted).await
}

/// Deletes an open registration with its email and its events. Tells whether there was one with this id.
///
/// # Errors
/// When the database fails.
pub async fn delete_registration(operator: &Operator, id: Uuid) -> Result<bool, DbErr> {
    let transaction = database::begin(&operator.db).await?;
    let deleted = verification::Entity::delete_many()
        .filter(verification::Column::Id.eq(id))
        .filter(verification::Column::Purpose.eq(Purpose::Registration))
        .filter(verification::Column::ConsumedAt.is_null())
        .exec(&transaction)
        .await?;
    let deleted = deleted.rows_affected == 1;
    if deleted {
        operator.audit.forget(&transaction, id).await?;
    }
    transaction.commit().await?;
    Ok(deleted)
}
