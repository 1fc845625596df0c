//! Expected failures, which a frontend shows to a person.

use std::time::Duration;

use async_graphql::resolver_utils::EnumType;
use async_graphql::{Enum, SimpleObject};

use super::errors::{ApiError, whole_seconds};
use crate::accounts::DomainError;
use crate::credentials::{InvalidEmail, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, PasswordLength};
use crate::limits::EMAIL_COOLDOWN;
use crate::telemetry::note_outcome;
use crate::verification::CODE_MAX_ATTEMPTS;

/// An expected failure that a frontend shows to a person. Faults of the request or the server are top-level errors with
/// `extensions.code` instead.
#[derive(SimpleObject, Debug, Clone)]
pub(super) struct UserError {
    /// What happened. Later versions may add codes, so a client needs a default that shows `message`.
    pub code: UserErrorCode,
    /// One sentence, fit to be shown, always in English: `locale` is for emails. The text can change: use `code` in
    /// program logic, and to show your own text in another language.
    pub message: String,
    /// The path of the input at fault, such as `["input", "email"]`; null when no single field is.
    pub field: Option<Vec<String>>,
    /// Retry after this many seconds: disable the button until then. Null unless the code is `RATE_LIMITED`.
    pub retry_after_seconds: Option<i32>,
    /// How many tries this code has left. Null unless the code is `INVALID_CODE` or `TOO_MANY_ATTEMPTS`, and while no
    /// code was emailed yet. At 0, offer a new code.
    pub attempts_remaining: Option<i32>,
    /// Sentences, always in English, on how to make the input acceptable. Empty unless the code is `PASSWORD_TOO_WEAK`.
    pub suggestions: Vec<String>,
}

/// What happened. Later versions may add codes, so a client needs a default that shows the error's `message`.
#[derive(Enum, Debug, Copy, Clone, PartialEq, Eq)]
pub(super) enum UserErrorCode {
    /// The email is not a valid address: mark its field.
    InvalidEmail,
    /// The password is shorter than `passwordMinLength` of `registrationPolicy`: mark its field.
    PasswordTooShort,
    /// The password is longer than `passwordMaxLength` of `registrationPolicy`: mark its field.
    PasswordTooLong,
    /// The password is trivially guessable or appears in data breaches: mark its field, and show `suggestions`.
    PasswordTooWeak,
    /// Wrong email or password, or no account uses this address: ask for both again, without saying which is wrong.
    /// For `activate` and `resendActivationCode`, it can also mean that the registration expired or was replaced. For a
    /// mutation that takes the current password, that one is wrong: mark its field.
    InvalidCredentials,
    /// The password is right, but the operator of the service disabled the account: show `message`, and tell how to reach you.
    AccountDisabled,
    /// The password is right, but the account is not activated yet: show the code form, and offer a new code.
    NotActivated,
    /// The account is already active: continue with `signIn`.
    AlreadyActivated,
    /// Not the emailed code, or none was emailed yet: keep the form open. `attemptsRemaining` tells how many tries are
    /// left.
    InvalidCode,
    /// The code has expired, whatever was typed: offer a new code.
    CodeExpired,
    /// The code has no tries left, not even for the right code: offer a new code.
    TooManyAttempts,
    /// Too many attempts. Nothing was changed: disable the button for `retryAfterSeconds`.
    RateLimited,
    /// The token names no open verification: it was replaced by a newer one, expired, or never existed, or another user now
    /// has the address. Offer to start again.
    VerificationNotFound,
    /// The new address is the current one: mark its field.
    EmailUnchanged,
    /// No session of the caller has this id: it has ended already. Load the list again.
    SessionNotFound,
}

impl UserErrorCode {
    /// The code as it appears in an answer.
    fn as_str(self) -> &'static str {
        let item = Self::items().iter().find(|item| item.value == self);
        item.map_or("", |item| item.name)
    }
}

impl UserError {
    /// Notes the code as the outcome of the request, too, so create an error only to return it.
    fn new(code: UserErrorCode, message: impl Into<String>) -> Self {
        use UserErrorCode as Code;
        note_outcome(code.as_str());
        let field = match code {
            Code::InvalidEmail => Some("email"),
            Code::EmailUnchanged => Some("newEmail"),
            Code::PasswordTooShort | Code::PasswordTooLong | Code::PasswordTooWeak => Some("password"),
            Code::InvalidCode | Code::CodeExpired | Code::TooManyAttempts => Some("activationCode"),
            Code::InvalidCredentials
            | Code::AccountDisabled
            | Code::NotActivated
            | Code::AlreadyActivated
            | Code::VerificationNotFound
            | Code::SessionNotFound
            | Code::RateLimited => None,
        };
        Self {
            code,
            message: message.into(),
            field: field.map(in_input),
            retry_after_seconds: None,
            attempts_remaining: None,
            suggestions: Vec::new(),
        }
    }

    fn rate_limited(wait: Duration, what: &str) -> Self {
        let seconds = whole_seconds(wait);
        Self {
            retry_after_seconds: Some(seconds),
            ..Self::new(UserErrorCode::RateLimited, format!("{what} in {}.", in_words(seconds)))
        }
    }

    /// What a payload says of a use case: its success, if any, and its expected failure, if any. Any other failure is a
    /// top-level error.
    pub(super) fn split<T>(outcome: Result<T, DomainError>) -> Result<(Option<T>, Vec<Self>), ApiError> {
        match outcome {
            Ok(success) => Ok((Some(success), Vec::new())),
            Err(error) => Ok((None, vec![Self::expected(error)?])),
        }
    }

    /// The same error of an input that calls the password a new one.
    pub(super) fn of_new_password(self) -> Self {
        self.rename_field("password", "newPassword")
    }

    /// The same error of an input that calls the address a new one.
    pub(super) fn of_new_email(self) -> Self {
        self.rename_field("email", "newEmail")
    }

    /// The same error of an input that calls the code just that.
    pub(super) fn of_code(self) -> Self {
        self.rename_field("activationCode", "code")
    }

    fn rename_field(mut self, from: &str, to: &str) -> Self {
        if self.field == Some(in_input(from)) {
            self.field = Some(in_input(to));
        }
        self
    }

    fn expected(error: DomainError) -> Result<Self, ApiError> {
        use UserErrorCode as Code;
        Ok(match error {
            DomainError::PasswordTooWeak(suggestions) => Self {
                suggestions,
                ..Self::new(Code::PasswordTooWeak, "This password is too easy to guess.")
            },
            DomainError::InvalidCredentials => Self::new(Code::InvalidCredentials, "Incorrect email or password."),
            DomainError::WrongCurrentPassword => Self {
                field: Some(in_input("currentPassword")),
                ..Self::new(Code::InvalidCredentials, "That isn't your current password.")
            },
            DomainError::AccountDisabled => Self::new(Code::AccountDisabled, "Your account is disabled."),
            DomainError::NotActivated => Self::new(
                Code::NotActivated,
                "Your account isn't activated yet. Enter the code that we emailed you.",
            ),
            DomainError::AlreadyActivated(_) => {
                Self::new(Code::AlreadyActivated, "Your account is already active. Sign in.")
            }
            DomainError::VerificationNotFound => Self::new(
                Code::VerificationNotFound,
                "This request has expired or was replaced by a newer one. Start again.",
            ),
            DomainError::SessionNotFound => Self::new(Code::SessionNotFound, "This session has already ended."),
            DomainError::PasswordLength(length) => length.into(),
            DomainError::EmailUnchanged => Self::new(Code::EmailUnchanged, "This is already your email address."),
            DomainError::InvalidCode(attempts_remaining) => Self {
                attempts_remaining: attempts_remaining.map(i32::from),
                ..Self::new(Code::InvalidCode, "That code isn't right.")
            },
            DomainError::CodeExpired => Self::new(Code::CodeExpired, "This code has expired. Request a new one."),
            DomainError::TooManyAttempts => Self {
                attempts_remaining: Some(0),
                ..Self::new(
                    Code::TooManyAttempts,
                    format!("You've tried this code {CODE_MAX_ATTEMPTS} times. Request a new one."),
                )
            },
            DomainError::RateLimited(wait) => Self::rate_limited(wait, "Too many attempts. Try again"),
            DomainError::EmailsLimited(wait) if wait <= EMAIL_COOLDOWN => {
                Self::rate_limited(wait, "We just sent an email to this address. You can request another")
            }
            DomainError::EmailsLimited(wait) => {
                Self::rate_limited(wait, "We sent too many emails to this address. You can request another")
            }
            DomainError::SessionEnded | DomainError::Overloaded | DomainError::Database(_) => {
                return Err(error.into());
            }
        })
    }
}

impl From<InvalidEmail> for UserError {
    fn from(InvalidEmail: InvalidEmail) -> Self {
        Self::new(UserErrorCode::InvalidEmail, "Enter a valid email address.")
    }
}

impl From<PasswordLength> for UserError {
    fn from(length: PasswordLength) -> Self {
        let (code, bound, limit) = match length {
            PasswordLength::TooShort => (UserErrorCode::PasswordTooShort, "at least", MIN_PASSWORD_LENGTH),
            PasswordLength::TooLong => (UserErrorCode::PasswordTooLong, "at most", MAX_PASSWORD_LENGTH),
        };
        Self::new(code, format!("The password must have {bound} {limit} characters."))
    }
}

/// The path of an input field.
fn in_input(name: &str) -> Vec<String> {
    vec!["input".to_owned(), name.to_owned()]
}

/// A pause as a person says it: seconds below two minutes, then whole minutes.
fn in_words(seconds: i32) -> String {
    let (count, unit) = if seconds < 120 {
        (seconds, "second")
    } else {
        (seconds.saturating_add(59) / 60, "minute")
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}
