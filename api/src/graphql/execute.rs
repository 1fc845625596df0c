//! The way of a request through the gates.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Response, ServerError, Value, Variables};

use super::documents::{Document, Documents};
use super::errors::ErrorCode;
use super::refusal::{Refusal, Refused};
use super::variables::Given;
use super::{CODE, Caller, Introspection, Schema};

/// A GraphQL request, as it came over HTTP.
#[derive(Debug, Default)]
pub struct Request {
    /// The document.
    pub query: String,
    /// Which of its operations to execute; needed if there are several.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Variables,
}

/// What the transport allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Queries alone: whatever a link or an image can send must change nothing.
    Get,
    /// Queries and mutations.
    Post,
}

/// What came of a request.
#[derive(Debug)]
pub enum Answer {
    /// The operation was executed.
    Executed(Response),
    /// Nothing of it was executed.
    Refused(Refused, Vec<ServerError>),
}

/// Executes a request, if it passes all gates.
pub async fn execute(schema: &Schema, request: Request, method: Method, caller: Caller) -> Answer {
    let Introspection(introspection) = schema.data().copied().unwrap_or_default();
    let documents = schema.data::<Documents>();
    let Request {
        query,
        operation_name,
        variables,
    } = request;
    let kept = documents.and_then(|documents| documents.get(&query, operation_name.as_deref()));
    let is_kept = kept.is_some();
    let document = match kept.map_or_else(|| Document::read(&query, operation_name.as_deref()).map(Arc::new), Ok) {
        Ok(document) => document,
        Err((refused, errors)) => return Answer::Refused(refused, errors),
    };
    if let Err((refused, errors)) = admit(&document, method, &caller, introspection) {
        return Answer::Refused(refused, errors);
    }

    let mut inner = async_graphql::Request::new("").variables(variables.clone());
    inner.operation_name.clone_from(&operation_name);
    inner.set_parsed_query(document.parsed.clone());
    let given = Given {
        document: document.clone(),
        variables,
        is_valid: is_kept && !document.has_variables,
    };
    let mut response = schema.execute(inner.data(given).data(caller)).await;
    response.errors = response.errors.into_iter().map(coded).collect();
    // Validation refuses by errors alone; an operation that was executed has data, or an error at a path.
    if response.data == Value::Null && response.errors.iter().any(|error| error.path.is_empty()) {
        return Answer::Refused(Refused::ByGraphql, response.errors);
    }
    if let Some(documents) = documents.filter(|_| !is_kept) {
        documents.keep(query, operation_name, document);
    }
    Answer::Executed(response)
}

/// The gates that depend on the request and need no schema.
pub(super) fn admit(document: &Document, method: Method, caller: &Caller, introspection: bool) -> Result<(), Refusal> {
    if method == Method::Get && document.operation != OperationType::Query {
        let error = ErrorCode::BadRequest.error("Only a query can be sent with GET. Use POST.");
        return Err((Refused::ByMethod, vec![error]));
    }
    if document.cost.credential_operations(caller.uses_basic()) > 1 {
        let error = ErrorCode::BadRequest.error(
            "A request may hold one credential operation: register, activate, resendActivationCode, signIn, or me with \
             HTTP Basic. Send one request for each.",
        );
        return Err((Refused::ByUs, vec![error]));
    }
    if document.cost.introspection > 0 && !introspection {
        let error = ErrorCode::ValidationFailed.error("This server does not tell its schema.");
        return Err((Refused::ByGraphql, vec![error]));
    }
    Ok(())
}

/// Whatever the library says of itself is about the request.
fn coded(error: ServerError) -> ServerError {
    let has_code = error
        .extensions
        .as_ref()
        .is_some_and(|extensions| extensions.get(CODE).is_some());
    if has_code {
        error
    } else {
        ErrorCode::BadUserInput.mark(error)
    }
}
