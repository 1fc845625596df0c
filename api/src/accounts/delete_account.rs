//! Deletes a user and everything stored about them.

use entity::{EmailKind, user, verification};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::DomainError;
use super::present_password::verify_present_password;
use crate::app::App;
use crate::credentials::Password;
use crate::database;
use crate::limits::Client;
use crate::mail::outbox::{self, NewEmail};
use crate::sessions::{self, FoundSession};
use crate::verification::end_with_emails;
use crate::webhooks::Event;

/// Deletes the user of a session.
///
/// # Errors
/// [`DomainError::RateLimited`], and those of [`delete_verified`].
pub async fn delete_account(
    app: &App,
    caller: &FoundSession,
    present: &Password,
    client: &Client,
) -> Result<(), DomainError> {
    let user = verify_present_password(app, caller.user_id, present, client).await?;
    delete_verified(app, caller, user).await
}

/// The same for a user whose present password was verified.
///
/// # Errors
/// [`DomainError::WrongPresentPassword`] if the credentials have changed meanwhile; [`DomainError::SessionEnded`].
pub async fn delete_verified(app: &App, caller: &FoundSession, user: user::Model) -> Result<(), DomainError> {
    let now = app.clock.now();
    let transaction = database::begin(&app.db).await?;
    let locked = user::Entity::find_by_id(user.id)
        .filter(user::Column::CredentialVersion.eq(user.credential_version))
        .filter(user::Column::DisabledAt.is_null())
        .lock_exclusive()
        .one(&transaction)
        .await?;
    let user = locked.ok_or(DomainError::WrongPresentPassword)?;
    let notices = outbox::notices_to(&user.email);
    end_with_emails(&transaction, verifications_of(&user), Some(notices)).await?;
    let deleted = Event::UserDeleted { id: user.id };
    app.webhooks.enqueue(&transaction, now, deleted).await?;
    if !sessions::revoke_one(&transaction, now, &app.policy, user.id, caller.id).await? {
        return Err(DomainError::SessionEnded);
    }
    sessions::revoke_all(&transaction, user.id).await?;
    user::Entity::delete_by_id(user.id).exec(&transaction).await?;
    let last = NewEmail {
        kind: EmailKind::AccountDeleted,
        recipient: user.email,
        canonical: &user.email_canonical.0,
        verification: None,
        locale: user.locale,
    };
    outbox::enqueue(&transaction, &*app.random, now, last).await?;
    transaction.commit().await?;
    app.outbox.notify();
    app.webhooks.notify();
    Ok(())
}

/// What the user began, and the registration that they come from. Other registrations of the address stay: that they end
/// would tell who began them.
fn verifications_of(user: &user::Model) -> Condition {
    Condition::any()
        .add(verification::Column::UserId.eq(user.id))
        .add(verification::Column::Id.eq(user.id))
}
