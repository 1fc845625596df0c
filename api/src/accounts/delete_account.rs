//! Deletes a signed-in user who gives the current password again.

use entity::{EmailKind, user};
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

use super::DomainError;
use super::current_password::verify_current_password;
use super::delete_user::delete_all_but_sessions;
use super::notice::notice;
use crate::app::App;
use crate::client::Client;
use crate::credentials::Password;
use crate::database;
use crate::mail::outbox;
use crate::metrics::Step;
use crate::sessions::{self, FoundSession};

/// Deletes the user of a session.
///
/// # Errors
/// [`DomainError::RateLimited`], and those of [`delete_verified`].
pub async fn delete_account(
    app: &App,
    caller: &FoundSession,
    current: &Password,
    client: &Client,
) -> Result<(), DomainError> {
    let user = verify_current_password(app, caller.user_id, current, client).await?;
    delete_verified(app, caller, user).await
}

/// The same for a user whose current password was verified.
///
/// # Errors
/// [`DomainError::WrongCurrentPassword`] if the credentials have changed meanwhile; [`DomainError::SessionEnded`].
pub async fn delete_verified(app: &App, caller: &FoundSession, user: user::Model) -> Result<(), DomainError> {
    let now = app.clock.now();
    let transaction = database::begin(&app.db).await?;
    let locked = user::Entity::find()
        .filter(user::as_verified(&user))
        .lock_exclusive()
        .one(&transaction)
        .await?;
    let user = locked.ok_or(DomainError::WrongCurrentPassword)?;
    delete_all_but_sessions(&transaction, &app.webhooks, now, &user).await?;
    let last = notice(EmailKind::AccountDeleted, &user);
    outbox::enqueue(&transaction, &*app.random, now, last).await?;
    if !sessions::revoke_one(&transaction, now, &app.policy, user.id, caller.id).await? {
        return Err(DomainError::SessionEnded);
    }
    sessions::revoke_all(&transaction, user.id).await?;
    app.audit.record_deletion(&transaction, user.id, now).await?;
    user::Entity::delete_by_id(user.id).exec(&transaction).await?;
    transaction.commit().await?;
    app.outbox.notify();
    app.webhooks.notify();
    Step::Deleted.record_for_user(&app.metrics, user.id);
    Ok(())
}
