//! Replaces the password of a signed-in user.

use entity::{AccountEventKind, EmailKind, user, verification};

use super::client_limit::check_client_limit;
use super::current_password::verify_within_client_limit;
use super::notice::notice;
use super::set_password::set_password;
use super::stored_address::stored_address;
use super::{DomainError, User};
use crate::app::App;
use crate::client::Client;
use crate::credentials::{NewPassword, Password};
use crate::database;
use crate::mail::outbox;
use crate::metrics::Step;
use crate::sessions::{self, FoundSession, NewSession, OpenedSession};
use crate::verification::end;
use crate::webhooks::{Event, EventKind};

/// Replaces the password of the user of a session. All their sessions end, and the caller gets a new one.
///
/// # Errors
/// In this order: [`DomainError::RateLimited`]; [`DomainError::Overloaded`]; [`DomainError::PasswordTooWeak`];
/// [`DomainError::WrongCurrentPassword`]; those of [`replace_password`].
pub async fn change_password(
    app: &App,
    caller: &FoundSession,
    current: &Password,
    new: &NewPassword,
    client: &Client,
) -> Result<(User, OpenedSession), DomainError> {
    check_client_limit(app, client)?;
    app.hasher.check_capacity()?;
    let email = stored_address(&caller.email)?;
    app.strength_checks.check(&email, new, client).await??;
    let user = verify_within_client_limit(app, caller.user_id, current).await?;
    let hash = app.hasher.hash(new.secret(), None, &*app.random).await?;
    replace_password(app, caller, user, hash, client).await
}

/// The same for a user whose current password was verified, with the hash of the new one.
///
/// # Errors
/// [`DomainError::WrongCurrentPassword`] if the credentials have changed meanwhile; [`DomainError::SessionEnded`].
pub async fn replace_password(
    app: &App,
    caller: &FoundSession,
    user: user::Model,
    hash: String,
    client: &Client,
) -> Result<(User, OpenedSession), DomainError> {
    let (now, policy) = (app.clock.now(), &app.policy);
    let transaction = database::begin(&app.db).await?;
    let changed = set_password(&transaction, user::as_verified(&user), hash).await?;
    let user = changed.ok_or(DomainError::WrongCurrentPassword)?;
    // A reset that is still open could undo the change.
    end(&transaction, verification::is_reset_of(user.id)).await?;
    let notice = notice(EmailKind::PasswordChanged, &user);
    outbox::enqueue(&transaction, &*app.random, now, notice).await?;
    let changed = Event::about(EventKind::UserPasswordChanged, &user);
    app.webhooks.enqueue(&transaction, now, changed).await?;
    if !sessions::revoke_one(&transaction, now, policy, user.id, caller.id).await? {
        return Err(DomainError::SessionEnded);
    }
    sessions::revoke_all(&transaction, user.id).await?;
    let new = NewSession {
        user: &user,
        client,
        event: AccountEventKind::PasswordChanged,
        now,
    };
    let session = sessions::open(&transaction, &*app.random, &app.audit, policy, new).await?;
    let session = session.ok_or(DomainError::WrongCurrentPassword)?;
    transaction.commit().await?;
    app.outbox.notify();
    app.webhooks.notify();
    Step::PasswordChanged.record_for_user(&app.metrics, user.id);
    app.metrics.sessions_opened.inc();
    Ok((user.into(), session))
}
