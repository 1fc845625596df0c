//! Why nothing of a request was executed.

use async_graphql::ServerError;

use super::errors::ErrorCode;

/// Who refused a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// GraphQL: the document or its variables are wrong.
    ByGraphql,
    /// We: it asks for more than one request may.
    ByUs,
    /// A mutation came by a method that may not change anything.
    ByMethod,
}

/// Who refused a request, and what it is told.
pub(super) type Refusal = (Refused, Vec<ServerError>);

/// More than one request may ask for.
pub(super) fn too_much(bound: &str, limit: usize) -> Refusal {
    let mut error = ErrorCode::BadRequest.error(format!("The document exceeds a bound: {bound}, at most {limit}."));
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("bound", bound);
    extensions.set("limit", limit);
    (Refused::ByUs, vec![error])
}

/// Where the document is no GraphQL. The parser's own words would quote the line, with whatever secret is in it.
pub(super) fn syntax_error(error: &async_graphql::parser::Error) -> Refusal {
    let mut positions = error.positions();
    let position = positions.next();
    let place = position
        .map(|at| format!(" at line {}, column {}", at.line, at.column))
        .unwrap_or_default();
    let mut error = ErrorCode::ParseFailed.error(format!("Syntax error: the document is no GraphQL{place}."));
    error.locations = position.into_iter().collect();
    (Refused::ByGraphql, vec![error])
}
