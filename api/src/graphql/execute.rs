//! The way of a request through the gates.

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{Response, ServerError, Value, Variables};

use super::errors::ErrorCode;
use super::variables::Given;
use super::{CODE, Caller, Introspection, Schema, bounds, cost};

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

/// Executes a request, if it passes all gates.
pub async fn execute(schema: &Schema, request: Request, method: Method, caller: Caller) -> Answer {
    let introspection = schema
        .data::<Introspection>()
        .is_none_or(|introspection| introspection.0);
    let (document, given) = match admit(&request, method, &caller, introspection) {
        Ok(admitted) => admitted,
        Err((refused, errors)) => return Answer::Refused(refused, errors),
    };
    let mut inner = async_graphql::Request::new(request.query).variables(request.variables);
    inner.operation_name = request.operation_name;
    inner.set_parsed_query(document);
    let mut response = schema.execute(inner.data(given).data(caller)).await;
    response.errors = response.errors.into_iter().map(coded).collect();
    // Validation refuses by errors alone; an operation that was executed has data, or an error at a path.
    if response.data == Value::Null && response.errors.iter().any(|error| error.path.is_empty()) {
        return Answer::Refused(Refused::ByGraphql, response.errors);
    }
    Answer::Executed(response)
}

/// All gates that need no schema.
pub(super) fn admit(
    request: &Request,
    method: Method,
    caller: &Caller,
    introspection: bool,
) -> Result<(ExecutableDocument, Given), (Refused, Vec<ServerError>)> {
    let by_us = |error| (Refused::ByUs, vec![error]);
    let by_graphql = |error| (Refused::ByGraphql, vec![error]);
    bounds::check(&request.query).map_err(|exceeded| by_us(too_much(exceeded.bound, exceeded.limit)))?;
    let document =
        async_graphql::parser::parse_query(&request.query).map_err(|error| by_graphql(syntax_error(&error)))?;
    let operation = choose(&document, request.operation_name.as_deref())
        .map_err(|message| by_graphql(ErrorCode::OperationResolutionFailure.error(message)))?;
    if method == Method::Get && operation.ty != OperationType::Query {
        let error = ErrorCode::BadRequest.error("Only a query can be sent with GET. Use POST.");
        return Err((Refused::ByMethod, vec![error]));
    }
    let cost = cost::of(&document, operation, caller.uses_basic());
    if cost.fields > cost::FIELDS {
        return Err(by_us(too_much("fields", cost::FIELDS)));
    }
    if cost.credential_operations > 1 {
        return Err(by_us(ErrorCode::BadRequest.error(
            "A request may hold one credential operation: register, activate, resendActivationCode, signIn, or me with \
             HTTP Basic. Send one request for each.",
        )));
    }
    if cost.introspection > 0 && !introspection {
        let error = ErrorCode::ValidationFailed.error("This server does not tell its schema.");
        return Err(by_graphql(error));
    }
    let given = Given::new(&document, operation, &request.variables);
    Ok((document, given))
}

fn too_much(bound: &str, limit: usize) -> ServerError {
    let mut error = ErrorCode::BadRequest.error(format!("The document exceeds a bound: {bound}, at most {limit}."));
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("bound", bound);
    extensions.set("limit", limit);
    error
}

/// Where the document is no GraphQL. The parser's own words would quote the line, with whatever secret is in it.
fn syntax_error(error: &async_graphql::parser::Error) -> ServerError {
    let mut positions = error.positions();
    let position = positions.next();
    let place = position
        .map(|at| format!(" at line {}, column {}", at.line, at.column))
        .unwrap_or_default();
    let mut error = ErrorCode::ParseFailed.error(format!("Syntax error: the document is no GraphQL{place}."));
    error.locations = position.into_iter().collect();
    error
}

/// The operation to execute (GraphQL, section 6.1.1).
fn choose<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, String> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(&operation.node),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations
            .values()
            .next()
            .map(|operation| &operation.node)
            .ok_or_else(|| "The document has no operation.".to_owned()),
        (DocumentOperations::Multiple(_), None) => {
            Err("The document has several operations: name one in operationName.".to_owned())
        }
        (DocumentOperations::Multiple(operations), Some(name)) if operations.contains_key(name) => {
            Ok(&operations[name].node)
        }
        (_, Some(name)) => Err(format!("The document has no operation named \"{name}\".")),
    }
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
