//! Why a use case did not succeed.

use std::time::Duration;

use sea_orm::{ConnAcquireErr, DbErr};

use super::User;
use crate::credentials::{Overloaded, PasswordLength, TooWeak, VerifyError};

/// Why a use case did not succeed. The variants up to `EmailsLimited` are expected: a person can do something about
/// them.
#[derive(Debug, PartialEq)]
pub enum DomainError {
    /// The password is trivially guessable or appears in data breaches; how to make a better one.
    PasswordTooWeak(Vec<String>),
    /// Wrong email or password.
    InvalidCredentials,
    /// Not the current password of the signed-in user.
    WrongCurrentPassword,
    /// The password is right, but an operator disabled the account.
    AccountDisabled,
    /// The account is not activated yet.
    NotActivated,
    /// The account is already active. Contains the user if the caller authenticated with HTTP Basic.
    AlreadyActivated(Option<Box<User>>),
    /// The token names no open verification of this kind.
    VerificationNotFound,
    /// The length of the new password is not allowed.
    PasswordLength(PasswordLength),
    /// The new address is the current one.
    EmailUnchanged,
    /// The user has no session with this id.
    SessionNotFound,
    /// Not the emailed code; how many tries are left, if a code was emailed.
    InvalidCode(Option<u8>),
    /// The code has expired.
    CodeExpired,
    /// The code has no tries left.
    TooManyAttempts,
    /// Too many attempts. Retry after this time.
    RateLimited(Duration),
    /// Too many emails to this address. Retry after this time.
    EmailsLimited(Duration),
    /// The session of the request has ended in the meantime.
    SessionEnded,
    /// Too many passwords at once, or the database cannot be reached or is too slow.
    Overloaded,
    /// The database failed, or a task that was asked.
    Database(DbErr),
}

impl From<DbErr> for DomainError {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => {
                tracing::warn!("timed out waiting for the database");
                Self::Overloaded
            }
            // No statement was sent. A proxy in front of PostgreSQL accepts connections also while there is no leader.
            DbErr::Conn(error) => {
                tracing::error!(%error, "cannot connect to the database");
                Self::Overloaded
            }
            _ => Self::Database(error),
        }
    }
}

impl From<Overloaded> for DomainError {
    fn from(Overloaded: Overloaded) -> Self {
        Self::Overloaded
    }
}

impl From<TooWeak> for DomainError {
    fn from(TooWeak(suggestions): TooWeak) -> Self {
        Self::PasswordTooWeak(suggestions)
    }
}

impl From<VerifyError> for DomainError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Invalid => Self::InvalidCredentials,
            VerifyError::Disabled => Self::AccountDisabled,
            VerifyError::RateLimited(wait) => Self::RateLimited(wait),
            VerifyError::Overloaded => Self::Overloaded,
            VerifyError::Database(error) => error.into(),
        }
    }
}
