//! Top-level errors: faults of the request or of the server. Expected failures are in `user_error`.
//!
//! [`ApiError`] does not implement `Display`, so a `?` on another library's error does not compile in a resolver: its text
//! could tell a stranger about the database.

use std::time::Duration;

use async_graphql::{ErrorExtensions, ServerError};
use sea_orm::DbErr;

use crate::accounts::DomainError;
use crate::telemetry::note_outcome;

/// The name of the extension that carries an [`ErrorCode`].
pub const CODE: &str = "code";

pub(crate) const OVERLOADED_MESSAGE: &str = "The server is busy. Try again in a few seconds.";
pub(crate) const INTERNAL_MESSAGE: &str =
    "Something went wrong on the server. Quote the request id when you report it.";

/// `extensions.code` of a top-level error, in the spelling that GraphQL clients already know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// The document is not valid GraphQL.
    ParseFailed,
    /// The document does not fit the schema.
    ValidationFailed,
    /// A variable is missing or of the wrong type.
    BadUserInput,
    /// The named operation does not exist, or none of several is named.
    OperationResolutionFailure,
    /// The request is refused as a whole: it is malformed or exceeds a limit.
    BadRequest,
    /// The request names a document by its hash. Clients that can do that send the document then.
    PersistedQueryNotSupported,
    /// Authentication is required, and the credentials are missing, malformed, of the wrong scheme, or not valid.
    Unauthenticated,
    /// Too many attempts, where no payload can say so.
    RateLimited,
    /// The server has more work than it can do.
    Overloaded,
    /// A fault of the server.
    InternalServerError,
}

impl ErrorCode {
    /// The code as it appears in an answer.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::OperationResolutionFailure => "OPERATION_RESOLUTION_FAILURE",
            Self::BadRequest => "BAD_REQUEST",
            Self::PersistedQueryNotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::RateLimited => "RATE_LIMITED",
            Self::Overloaded => "OVERLOADED",
            Self::InternalServerError => "INTERNAL_SERVER_ERROR",
        }
    }

    /// Marks an error of the GraphQL library with this code, and notes it as the outcome of the request.
    pub(super) fn mark(self, mut error: ServerError) -> ServerError {
        note_outcome(self.as_str());
        error.extensions.get_or_insert_default().set(CODE, self.as_str());
        error
    }

    /// An error with this code.
    pub(crate) fn error(self, message: impl Into<String>) -> ServerError {
        self.mark(ServerError::new(message, None))
    }
}

/// What `me` takes.
pub(super) const BASIC_OR_BEARER: &str = "HTTP Basic with email and password, or the Bearer token of a session";

/// What a mutation of a signed-in user takes.
pub(super) const BEARER: &str = "the Bearer token of a session";

/// The error of a resolver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ApiError {
    /// The credentials are missing or not valid; what the field takes.
    Unauthenticated(&'static str),
    /// An argument has a value that it does not take; which ones it takes.
    BadUserInput(&'static str),
    RateLimited(Duration),
    Overloaded,
    /// The cause is in the log; the answer does not reveal it.
    Internal,
}

impl ApiError {
    /// Logs the cause, once: its `Display` form, since the `Debug` form of a database error shows values of the row.
    fn internal(cause: &DbErr) -> Self {
        tracing::error!(%cause, "internal error");
        Self::Internal
    }
}

impl From<DomainError> for ApiError {
    /// For fields that have no `userErrors`: an expected failure there means that the credentials are not valid.
    fn from(error: DomainError) -> Self {
        match error {
            DomainError::RateLimited(wait) | DomainError::EmailsLimited(wait) => Self::RateLimited(wait),
            DomainError::SessionEnded => Self::Unauthenticated(BEARER),
            DomainError::Overloaded => Self::Overloaded,
            DomainError::Database(cause) => Self::internal(&cause),
            DomainError::PasswordTooWeak(_)
            | DomainError::InvalidCredentials
            | DomainError::WrongCurrentPassword
            | DomainError::AccountDisabled
            | DomainError::NotActivated
            | DomainError::AlreadyActivated(_)
            | DomainError::VerificationNotFound
            | DomainError::PasswordLength(_)
            | DomainError::EmailUnchanged
            | DomainError::SessionNotFound
            | DomainError::InvalidCode(_)
            | DomainError::CodeExpired
            | DomainError::TooManyAttempts => Self::Unauthenticated(BASIC_OR_BEARER),
        }
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(error: ApiError) -> Self {
        let (code, message) = match error {
            ApiError::Unauthenticated(accepted) => (
                ErrorCode::Unauthenticated,
                format!("Authentication required. Send {accepted}."),
            ),
            ApiError::BadUserInput(message) => (ErrorCode::BadUserInput, message.to_owned()),
            ApiError::RateLimited(_) => (ErrorCode::RateLimited, "Too many attempts. Try again later.".to_owned()),
            ApiError::Overloaded => (ErrorCode::Overloaded, OVERLOADED_MESSAGE.to_owned()),
            ApiError::Internal => (ErrorCode::InternalServerError, INTERNAL_MESSAGE.to_owned()),
        };
        note_outcome(code.as_str());
        Self::new(message).extend_with(|_, extensions| {
            extensions.set(CODE, code.as_str());
            if let ApiError::RateLimited(wait) = error {
                extensions.set("retryAfterSeconds", whole_seconds(wait));
            }
        })
    }
}

/// A pause in whole seconds, rounded up, so that waiting for it is long enough.
pub(super) fn whole_seconds(duration: Duration) -> i32 {
    let seconds = duration.as_millis().div_ceil(1000);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}
