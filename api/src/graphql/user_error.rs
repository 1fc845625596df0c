//! Expected failures, which a frontend shows to a person.

use async_graphql::{Enum, SimpleObject};

use super::errors::{ApiError, whole_seconds};
use crate::account::{
    self, CODE_MAX_ATTEMPTS, InvalidEmail, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, PasswordLength, Refusal,
};

/// An expected failure that a frontend shows to a person. Faults of the request or the server are top-level errors,
/// with `extensions.code`, instead.
#[derive(SimpleObject, Debug, Clone)]
pub(super) struct UserError {
    /// What happened. Later versions may add codes, so a client needs a default that shows `message`.
    pub code: UserErrorCode,
    /// One English sentence, fit to be shown. It can change: decide by `code`.
    pub message: String,
    /// The path of the input at fault, such as `["input", "email"]`; null when no single field is.
    pub field: Option<Vec<String>>,
    /// In how many seconds trying again can help: disable the button for so long. Null but with `RATE_LIMITED`.
    pub retry_after_seconds: Option<i32>,
    /// How many tries this code has left. Null but with `INVALID_CODE` and `TOO_MANY_ATTEMPTS`, and while no code was
    /// mailed yet. At 0, offer another code.
    pub attempts_remaining: Option<i32>,
    /// English sentences on what would make the input acceptable. Empty but with `PASSWORD_TOO_WEAK`.
    pub suggestions: Vec<String>,
}

/// What happened. Later versions may add codes, so a client needs a default that shows the error's `message`.
#[derive(Enum, Debug, Copy, Clone, PartialEq, Eq)]
pub(super) enum UserErrorCode {
    /// The email is not an address that a mail can be sent to: mark its field.
    InvalidEmail,
    /// The password has fewer characters than `passwordMinLength` of `registrationPolicy`: mark its field.
    PasswordTooShort,
    /// The password has more characters than `passwordMaxLength` of `registrationPolicy`: mark its field.
    PasswordTooLong,
    /// The password is trivially guessable: mark its field, and show `suggestions`.
    PasswordTooWeak,
    /// Email and password do not belong together, or nobody has the address: ask for both again, without saying which
    /// is wrong. While activating it can also be that the address was registered anew.
    InvalidCredentials,
    /// The password is right, but the mailed code was not given yet: show the form for the code, and offer another one.
    NotActivated,
    /// The password is right, and the account is active already: go on to `signIn`.
    AlreadyActivated,
    /// Not the code that was mailed, or none was mailed yet: keep the form open. `attemptsRemaining` tells how many
    /// tries are left.
    InvalidCode,
    /// The code's time is over, whatever was typed: offer `resendActivationCode`.
    CodeExpired,
    /// The code's tries are spent, and the right one would be refused too: offer `resendActivationCode`.
    TooManyAttempts,
    /// A limit was reached and nothing was changed: disable the button for `retryAfterSeconds`.
    RateLimited,
}

impl UserError {
    fn new(code: UserErrorCode, message: impl Into<String>) -> Self {
        use UserErrorCode as Code;
        let field = match code {
            Code::InvalidEmail => Some("email"),
            Code::PasswordTooShort | Code::PasswordTooLong | Code::PasswordTooWeak => Some("password"),
            Code::InvalidCode | Code::CodeExpired | Code::TooManyAttempts => Some("activationCode"),
            Code::InvalidCredentials | Code::NotActivated | Code::AlreadyActivated | Code::RateLimited => None,
        };
        Self {
            code,
            message: message.into(),
            field: field.map(|name| vec!["input".to_owned(), name.to_owned()]),
            retry_after_seconds: None,
            attempts_remaining: None,
            suggestions: Vec::new(),
        }
    }

    /// The expected failure that an error is, or the top-level error that it is.
    pub(super) fn expected(error: account::Error) -> Result<Self, ApiError> {
        match error {
            account::Error::Refused(refusal) => Ok(refusal.into()),
            other => Err(other.into()),
        }
    }
}

impl From<InvalidEmail> for UserError {
    fn from(InvalidEmail: InvalidEmail) -> Self {
        Self::new(
            UserErrorCode::InvalidEmail,
            "This is not an email address that a mail can be sent to.",
        )
    }
}

impl From<PasswordLength> for UserError {
    fn from(length: PasswordLength) -> Self {
        match length {
            PasswordLength::TooShort => Self::new(
                UserErrorCode::PasswordTooShort,
                format!("The password needs at least {MIN_PASSWORD_LENGTH} characters."),
            ),
            PasswordLength::TooLong => Self::new(
                UserErrorCode::PasswordTooLong,
                format!("The password may have at most {MAX_PASSWORD_LENGTH} characters."),
            ),
        }
    }
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        use UserErrorCode as Code;
        match refusal {
            Refusal::PasswordTooWeak(suggestions) => Self {
                suggestions,
                ..Self::new(Code::PasswordTooWeak, "This password is too easy to guess.")
            },
            Refusal::InvalidCredentials => {
                Self::new(Code::InvalidCredentials, "Email and password do not belong together.")
            }
            Refusal::NotActivated => Self::new(
                Code::NotActivated,
                "This account is not activated yet: enter the code that was mailed to you.",
            ),
            Refusal::AlreadyActivated(_) => {
                Self::new(Code::AlreadyActivated, "This account is active already: sign in.")
            }
            Refusal::InvalidCode(remaining) => Self {
                attempts_remaining: remaining.map(i32::from),
                ..Self::new(Code::InvalidCode, "This is not the code that was mailed to you.")
            },
            Refusal::CodeExpired => Self::new(Code::CodeExpired, "This code's time is over: ask for another one."),
            Refusal::TooManyAttempts => Self {
                attempts_remaining: Some(0),
                ..Self::new(
                    Code::TooManyAttempts,
                    format!("The code was tried {CODE_MAX_ATTEMPTS} times: ask for another one."),
                )
            },
            Refusal::RateLimited(wait) => {
                let seconds = whole_seconds(wait);
                Self {
                    retry_after_seconds: Some(seconds),
                    ..Self::new(
                        Code::RateLimited,
                        format!("Too many attempts: try again in {}.", spoken(seconds)),
                    )
                }
            }
        }
    }
}

/// A pause as a person would say it.
fn spoken(seconds: i32) -> String {
    let (count, unit) = if seconds < 120 {
        (seconds, "second")
    } else {
        (seconds.saturating_add(59) / 60, "minute")
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}
