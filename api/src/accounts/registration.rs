//! Which registration a request means, and who sent it.

use entity::{Purpose, user, verification};
use sea_orm::EntityTrait;

use super::DomainError;
use super::client_limit::check_client_limit;
use super::verify::verify;
use crate::app::App;
use crate::client::Client;
use crate::credentials::{Credentials, Identity};
use crate::verification::{VerificationToken, find_by_id, find_by_token};

/// How a request names a registration.
#[derive(Debug, Clone)]
pub enum RegistrationKey {
    /// By the token that `register` answered. Needs no password and no hash.
    Token(VerificationToken, Client),
    /// By email and password.
    Password(Credentials),
}

/// How a registration was named. Decides which error to return when the registration is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationProof {
    /// By its token.
    Token,
    /// By its password.
    Password,
}

impl RegistrationKey {
    /// The client that sent it.
    #[must_use]
    pub fn client(&self) -> &Client {
        match self {
            Self::Token(_, client) => client,
            Self::Password(credentials) => &credentials.client,
        }
    }
}

/// The open registration that a request names.
///
/// # Errors
/// [`DomainError::RateLimited`], [`DomainError::InvalidCredentials`], [`DomainError::VerificationNotFound`],
/// [`DomainError::AlreadyActivated`].
pub async fn find_registration(
    app: &App,
    key: &RegistrationKey,
) -> Result<(verification::Model, RegistrationProof), DomainError> {
    match key {
        RegistrationKey::Token(token, client) => {
            check_client_limit(app, client)?;
            let found = find_by_token(&app.db, token, Purpose::Registration, app.clock.now()).await?;
            let registration = found.ok_or(DomainError::VerificationNotFound)?;
            if registration.consumed_at.is_some() {
                return Err(DomainError::AlreadyActivated(None));
            }
            Ok((registration, RegistrationProof::Token))
        }
        RegistrationKey::Password(credentials) => match verify(app, credentials).await? {
            Identity::User(user) => Err(DomainError::AlreadyActivated(Some(Box::new(user.into())))),
            Identity::Registration(registration) => Ok((registration, RegistrationProof::Password)),
        },
    }
}

/// The registration as it is now, for a guarded statement that found it closed.
pub(super) async fn reload(
    app: &App,
    registration: &verification::Model,
    proof: RegistrationProof,
) -> Result<verification::Model, DomainError> {
    let found = find_by_id(&app.db, registration.id, app.clock.now()).await?;
    match (found, proof) {
        (Some(row), _) if row.consumed_at.is_none() => Ok(row),
        (Some(_), RegistrationProof::Token) => Err(DomainError::AlreadyActivated(None)),
        (Some(row), RegistrationProof::Password) => Err(already_activated(app, &row).await?),
        (None, RegistrationProof::Token) => Err(DomainError::VerificationNotFound),
        (None, RegistrationProof::Password) => Err(DomainError::InvalidCredentials),
    }
}

/// The error when the password is right but the registration has been consumed in the meantime.
async fn already_activated(app: &App, registration: &verification::Model) -> Result<DomainError, DomainError> {
    let user = user::Entity::find_by_id(registration.id).one(&app.db).await?;
    Ok(match user {
        Some(user) => DomainError::AlreadyActivated(Some(Box::new(user.into()))),
        // It lost against another user of the address.
        None => DomainError::VerificationNotFound,
    })
}
