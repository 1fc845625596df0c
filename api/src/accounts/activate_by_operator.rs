//! Turns an open registration into a user without its code, for an operator who has other proof of the mailbox.

use entity::{AccountEventKind, Timestamp, user, verification};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, DbErr, QueryFilter};

use super::Operator;
use super::account::open_registrations;
use super::activate::create_user;
use crate::verification::consume;
use crate::webhooks::{Event, EventKind};
use crate::{audit, database};

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
pub async fn activate_by_operator(operator: &Operator, now: Timestamp, id: Uuid) -> Result<OperatorActivation, DbErr> {
    let transaction = database::begin(&operator.db).await?;
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
        operator.webhooks.enqueue(&transaction, now, activated).await?;
        let event = audit::Event::by_operator(AccountEventKind::Activated, now);
        operator.audit.record(&transaction, id, event).await?;
        transaction.commit().await?;
        operator.webhooks.notify();
        Ok(OperatorActivation::Activated(user))
    } else {
        transaction.rollback().await?;
        Ok(OperatorActivation::Gone)
    }
}
