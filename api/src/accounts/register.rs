//! Begins a registration and enqueues its email, alike for known and unknown addresses.

use entity::{EmailKind, HiddenText, Purpose, user};

use super::DomainError;
use super::client_limit::check_client_limit;
use super::code_request::{CodeRequest, StartedVerification};
use crate::app::App;
use crate::client::Client;
use crate::credentials::{EmailAddress, NewPassword};
use crate::limits::{self, sliding_window};
use crate::locale::Locale;
use crate::verification::{Effect, NewVerification};

/// Begins a registration and enqueues an email to its address.
///
/// Every address gets a registration, by the same statements, so the answer tells nothing. If the address has a user,
/// the registration is a decoy: the email tells the owner that they have an account, and the code is in no email. An
/// open registration of the address is replaced, and its password, code and pending email go with it.
///
/// `locale` is the language of emails, if the request says one. It becomes that of the user.
///
/// # Errors
/// [`DomainError::PasswordTooWeak`], [`DomainError::RateLimited`], [`DomainError::EmailsLimited`],
/// [`DomainError::Overloaded`]; then nothing has changed.
pub async fn register(
    app: &App,
    email: EmailAddress,
    password: NewPassword,
    locale: Option<Locale>,
    client: &Client,
) -> Result<StartedVerification, DomainError> {
    check_client_limit(app, client)?;
    app.hasher.check_capacity()?;
    // The transaction below decides. This only saves the hash of a request that would be refused.
    let budget = limits::emails(&app.keys.limits, Purpose::Registration, email.canonical(), client);
    if let Some(wait) = sliding_window::peek(&app.db, app.clock.now(), &budget).await? {
        return Err(DomainError::EmailsLimited(wait));
    }
    let password_hash = hash(app, &email, &password, client).await?;

    let now = app.clock.now();
    let request = CodeRequest::begin(app, Purpose::Registration, email.canonical(), client, now).await?;
    let new = NewVerification {
        email: HiddenText(email.typed().to_owned()),
        email_canonical: HiddenText(email.canonical().to_owned()),
        locale: locale.map(|locale| locale.tag().to_owned()),
        effect: Effect::Register {
            password_hash: HiddenText(password_hash),
        },
    };
    request.send_code(EmailKind::Registration, new, None).await
}

/// Checks the strength of a password and hashes it. A decoy gets the salt and parameters of the user's hash, so that
/// one run of argon2 verifies a password against both.
async fn hash(app: &App, email: &EmailAddress, password: &NewPassword, client: &Client) -> Result<String, DomainError> {
    app.strength_checks.check(email, password, client).await??;
    let users_hash: Option<HiddenText> = user::password_hash_of(email.canonical())
        .into_tuple()
        .one(&app.db)
        .await?;
    let salt_of = users_hash.map(|hash| hash.0);
    Ok(app.hasher.hash(password.secret(), salt_of, &*app.random).await?)
}
