use async_graphql::ServerError;
use async_graphql::parser;

use super::document_limits::LimitExceeded;
use crate::graphql::errors::ErrorCode;

/// Why the guard rejected a request.
#[derive(Debug, Clone)]
pub enum RequestError {
    /// The document or its variables are not valid.
    Invalid(Vec<ServerError>),
    /// The request asks for more than one request may.
    LimitExceeded(Vec<ServerError>),
    /// GET must not execute a mutation.
    MutationWithGet(Vec<ServerError>),
    /// The answer may be large, and too many such answers wait for their clients.
    Overloaded,
}

impl RequestError {
    /// The errors that the client is shown; none for [`Self::Overloaded`], which is not about the request.
    #[must_use]
    pub fn errors(&self) -> &[ServerError] {
        match self {
            Self::Invalid(errors) | Self::LimitExceeded(errors) | Self::MutationWithGet(errors) => errors,
            Self::Overloaded => &[],
        }
    }

    pub(super) fn syntax(error: &parser::Error) -> Self {
        let position = error.positions().next();
        let place = position
            .map(|at| format!(" at line {}, column {}", at.line, at.column))
            .unwrap_or_default();
        // The parser's own message quotes the line, with any password in it.
        let mut error = ErrorCode::ParseFailed.error(format!("Syntax error in the GraphQL document{place}."));
        error.locations = position.into_iter().collect();
        Self::Invalid(vec![error])
    }
}

impl From<LimitExceeded> for RequestError {
    fn from(LimitExceeded { bound, limit }: LimitExceeded) -> Self {
        let mut error = ErrorCode::BadRequest.error(format!("The document exceeds a limit: {bound}, at most {limit}."));
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("bound", bound);
        extensions.set("limit", limit);
        Self::LimitExceeded(vec![error])
    }
}
