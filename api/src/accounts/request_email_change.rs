//! Emails a code to the new address of a signed-in user.

use entity::{EmailKind, HiddenText, Purpose, user};
use sea_orm::sea_query::LockType;
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

use super::DomainError;
use super::code_request::{CodeRequest, StartedVerification};
use super::current_password::verify_current_password;
use super::notice::notice;
use super::sessions::require_session;
use crate::app::App;
use crate::client::Client;
use crate::credentials::{EmailAddress, Password};
use crate::limits;
use crate::locale::Locale;
use crate::mail::outbox::NewEmail;
use crate::sessions::FoundSession;
use crate::verification::{Effect, NewVerification};

/// What the user wants.
#[derive(Debug)]
pub struct NewAddress {
    /// The new address.
    pub email: EmailAddress,
    /// The language of the emails, if the request says one and the user has none stored.
    pub locale: Option<Locale>,
}

/// Begins a change of the user's address, in the place of an open one. The new address gets the code, the current one a
/// notice. If the new address has a user, the change is a decoy: its owner gets an email that says so, and the code is
/// in no email.
///
/// # Errors
/// [`DomainError::EmailUnchanged`], [`DomainError::RateLimited`], [`DomainError::WrongCurrentPassword`],
/// [`DomainError::EmailsLimited`].
pub async fn request_email_change(
    app: &App,
    caller: &FoundSession,
    new: NewAddress,
    current: &Password,
    client: &Client,
) -> Result<StartedVerification, DomainError> {
    if is_address_of(&caller.email.0, &new.email) {
        return Err(DomainError::EmailUnchanged);
    }
    let user = verify_current_password(app, caller.user_id, current, client).await?;
    request_verified(app, caller, user, new, client).await
}

/// The same for a user whose current password was verified.
///
/// # Errors
/// [`DomainError::EmailUnchanged`], [`DomainError::RateLimited`], [`DomainError::EmailsLimited`];
/// [`DomainError::WrongCurrentPassword`] if the credentials have changed meanwhile; [`DomainError::SessionEnded`].
pub async fn request_verified(
    app: &App,
    caller: &FoundSession,
    user: user::Model,
    new: NewAddress,
    client: &Client,
) -> Result<StartedVerification, DomainError> {
    let now = app.clock.now();
    let NewAddress {
        email: new_email,
        locale,
    } = new;
    let limit = limits::email_changes(&app.keys.limits, user.id);
    let request = CodeRequest::begin_within(
        app,
        Purpose::EmailChange,
        new_email.canonical(),
        Some(limit),
        client,
        now,
    )
    .await?;
    let transaction = &request.transaction;
    // Two changes of one user queue here.
    let locked = user::Entity::find()
        .filter(user::as_verified(&user))
        .lock(LockType::NoKeyUpdate)
        .one(transaction)
        .await?;
    let user = locked.ok_or(DomainError::WrongCurrentPassword)?;
    require_session(transaction, caller).await?;
    if user.email_canonical.0 == new_email.canonical() {
        return Err(DomainError::EmailUnchanged);
    }
    let locale = user
        .locale
        .clone()
        .or_else(|| locale.map(|locale| locale.tag().to_owned()));
    let new = NewVerification {
        email: HiddenText(new_email.typed().to_owned()),
        email_canonical: HiddenText(new_email.canonical().to_owned()),
        locale: locale.clone(),
        effect: Effect::ChangeEmail {
            user: user.id,
            former: user.email_canonical.clone(),
        },
    };
    let notice = NewEmail {
        locale,
        ..notice(EmailKind::EmailChangeRequested, &user)
    };
    request.send_code(EmailKind::EmailChange, new, Some(notice)).await
}

fn is_address_of(stored: &str, new: &EmailAddress) -> bool {
    EmailAddress::parse(stored).is_ok_and(|stored| stored.canonical() == new.canonical())
}
