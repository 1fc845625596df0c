//! Replaces a forgotten password, given the emailed code.

use entity::{AccountEventKind, EmailKind, Purpose, Timestamp, user, verification};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, Condition};

use super::client_limit::check_client_limit;
use super::code_try::{find_open, reload_open, try_code};
use super::notice::notice;
use super::set_password::set_password;
use super::stored_address::stored_address;
use super::{DomainError, User};
use crate::app::App;
use crate::client::Client;
use crate::credentials::{NewPassword, PasswordLength};
use crate::limits::{self, token_bucket};
use crate::mail::outbox;
use crate::metrics::Step;
use crate::sessions;
use crate::verification::{Code, InvalidCode, VerificationToken, consume, end, lock, return_try};
use crate::webhooks::{Event, EventKind};
use crate::{audit, database};

/// Replaces the password, once. All sessions of the user end, and none is opened (OWASP Forgot Password Cheat Sheet).
///
/// # Errors
/// In this order: [`DomainError::RateLimited`]; [`DomainError::VerificationNotFound`]; [`DomainError::PasswordLength`],
/// [`DomainError::PasswordTooWeak`]; [`DomainError::Overloaded`]; those of a code. Only these spend a try.
pub async fn reset_password(
    app: &App,
    token: &VerificationToken,
    code: Result<Code, InvalidCode>,
    password: Result<NewPassword, PasswordLength>,
    arrived: Timestamp,
    client: &Client,
) -> Result<User, DomainError> {
    check_client_limit(app, client)?;
    let reset = find_open(app, token, Purpose::PasswordReset).await?;
    let password = password.map_err(DomainError::PasswordLength)?;
    let email = stored_address(&reset.email)?;
    app.strength_checks.check(&email, &password, client).await??;
    // The hash is made only for the right code, but a full queue must not cost a try.
    let permit = app.hasher.reserve()?;
    let reset = try_code(app, &reset, code, (arrived, client), || reload_open(app, &reset)).await?;
    let Ok(hash) = app.hasher.hash_in(permit, password.secret(), &*app.random).await else {
        return_try(&app.db, &reset).await?;
        return Err(DomainError::Overloaded);
    };
    complete(app, &reset, hash, client).await
}

/// Replaces the password of a reset whose code was right. Of several requests with the right code one succeeds.
///
/// # Errors
/// [`DomainError::VerificationNotFound`] if the user no longer has the address, or the reset has ended.
pub async fn complete(
    app: &App,
    reset: &verification::Model,
    hash: String,
    client: &Client,
) -> Result<User, DomainError> {
    let now = app.clock.now();
    let transaction = database::begin(&app.db).await?;
    let failures = limits::password_failures(&app.keys.limits, &reset.email_canonical.0, client);
    token_bucket::forget(&transaction, &failures).await?;
    let selected = Condition::all()
        .add(user::Column::Id.eq(reset.user_id))
        .add(user::Column::EmailCanonical.eq(reset.email_canonical.clone()));
    let Some(user) = set_password(&transaction, selected, hash).await? else {
        return Err(DomainError::VerificationNotFound);
    };
    let of_user = verification::Column::UserId.eq(user.id);
    let open = lock(&transaction, of_user.clone().into()).await?;
    // One that ended while the hash was made became a decoy, which has no user.
    if !open.contains(&reset.id) || !consume(&transaction, reset.id, now).await? {
        return Err(DomainError::VerificationNotFound);
    }
    let others = verification::Column::Id.ne(reset.id).and(of_user);
    end(&transaction, others.into()).await?;
    let notice = notice(EmailKind::PasswordChanged, &user);
    outbox::enqueue(&transaction, &*app.random, now, notice).await?;
    let changed = Event::about(EventKind::UserPasswordChanged, &user);
    app.webhooks.enqueue(&transaction, now, changed).await?;
    sessions::revoke_all(&transaction, user.id).await?;
    let event = audit::Event::by(client, AccountEventKind::PasswordReset, now);
    app.audit.record(&transaction, user.id, event).await?;
    transaction.commit().await?;
    app.outbox.notify();
    app.webhooks.notify();
    Step::PasswordReset.record_for_user(&app.metrics, user.id);
    Ok(user.into())
}
