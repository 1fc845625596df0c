//! Turns an open registration into a user without its code, for an operator who has other proof of the mailbox.

use entity::{Timestamp, user, verification};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, QueryFilter};

use super::account::open_registrations;
use super::activate::create_user;
use crate::database;
use crate::verification::consume;
use crate::webhooks::{Event, EventKind, Webhooks};

/// What became of the registration.
#[derive(Debug)]
pub enum OperatorActivation {
    /// It is a user now.
    Activated(user::Model),
    /// It is a decoy: its address has a user. Nothing has changed.
    AddressTaken,
    /// It was replaced, activated or swept. Nothing has changed.
    Gone,
}

/// Turns an open registration into a user, under its id and with its password. Opens no session.
///
/// # Errors
/// When the database fails.
pub async fn activate_by_operator(
    db: &DatabaseConnection,
    webhooks: &Webhooks,
    now: Timestamp,
    id: Uuid,
) -> Result<OperatorActivation, DbErr> {
    let transaction = database::begin(db).await?;
    let registration = open_registrations(now)
        .filter(verification::Column::Id.eq(id))
        .one(&transaction)
        .await?;
    let Some(registration) = registration else {
        transaction.rollback().await?;
        return Ok(OperatorActivation::Gone);
    };
    // Of a taken address the registration stays as it is: a consumed decoy would tell its holder that there is a user.
    let Some(user) = create_user(&transaction, &registration, now).await? else {
        transaction.rollback().await?;
        return Ok(OperatorActivation::AddressTaken);
    };
    if consume(&transaction, id, now).await? {
        let activated = Event::about(EventKind::UserActivated, &user);
        webhooks.enqueue(&transaction, now, activated).await?;
        transaction.commit().await?;
        webhooks.notify();
        Ok(OperatorActivation::Activated(user))
    } else {
        transaction.rollback().await?;
        Ok(OperatorActivation::Gone)
    }
}
