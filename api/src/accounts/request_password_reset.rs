//! Emails a code that resets the password, alike for known and unknown addresses.

use entity::{EmailKind, HiddenText, Purpose, user};
use sea_orm::sea_query::LockType;
use sea_orm::{ConnectionTrait, DbErr, QuerySelect};

use super::DomainError;
use super::client_limit::check_client_limit;
use super::code_request::{CodeRequest, StartedVerification};
use crate::app::App;
use crate::client::Client;
use crate::credentials::EmailAddress;
use crate::locale::Locale;
use crate::verification::{Effect, NewVerification};

/// Begins a reset and enqueues its email. An address without a user gets a reset too, by the same statements: its code
/// is in no email, and its email says that there is no account. `locale` is the language of that email; one to a user
/// is in the user's.
///
/// # Errors
/// [`DomainError::RateLimited`], [`DomainError::EmailsLimited`]; then nothing has changed.
pub async fn request_password_reset(
    app: &App,
    email: EmailAddress,
    locale: Option<Locale>,
    client: &Client,
) -> Result<StartedVerification, DomainError> {
    check_client_limit(app, client)?;
    let (now, canonical) = (app.clock.now(), email.canonical());
    let request = CodeRequest::begin(app, Purpose::PasswordReset, canonical, client, now).await?;
    let user = lock_user(&request.transaction, canonical).await?;
    // To the mailbox that was proved: the typed address can differ in case.
    let proved = user.as_ref().map(|user| user.email.clone());
    let new = NewVerification {
        email: proved.unwrap_or_else(|| HiddenText(email.typed().to_owned())),
        email_canonical: HiddenText(canonical.to_owned()),
        locale: locale.map(|locale| locale.tag().to_owned()),
        effect: Effect::ResetPassword {
            user: user.map(|user| user.id),
        },
    };
    request.send_code(EmailKind::PasswordReset, new, None).await
}

/// The user of an address, whose row then cannot be deleted before the reset refers to it.
async fn lock_user(transaction: &impl ConnectionTrait, canonical: &str) -> Result<Option<user::Model>, DbErr> {
    user::by_canonical_email(canonical)
        .lock(LockType::KeyShare)
        .one(transaction)
        .await
}
