//! Responses to GraphQL requests.

use async_graphql::{Response as GraphqlResponse, ServerError};
use axum::body::Body;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use super::media_type::JSON;
use super::parameters::InvalidParameters;
use crate::graphql::{CODE, ErrorCode, Execution, OVERLOADED_MESSAGE, RequestError};
use crate::http::request_id::RequestId;
use crate::telemetry::note_outcome;

/// When a client may try an overloaded server again, in seconds.
const RETRY_LATER: [(HeaderName, &str); 1] = [(header::RETRY_AFTER, "2")];

/// The body after an execution. `async_graphql::Value` keeps the fields in the order of the request.
#[derive(Serialize)]
struct ExecutionBody {
    data: async_graphql::Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
}

/// The response to a request that was executed.
pub(super) fn execution_response(execution: Execution, media: &str, id: &RequestId) -> Response {
    let Execution { response, memory } = execution;
    let GraphqlResponse { data, mut errors, .. } = response;
    let overloaded = errors.iter().any(|error| has_code(error, ErrorCode::Overloaded));
    let status = if overloaded {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    for error in &mut errors {
        if has_code(error, ErrorCode::InternalServerError) {
            error.extensions.get_or_insert_default().set("requestId", id.as_str());
        }
    }
    let response = serde_json::to_string(&ExecutionBody { data, errors }).map(|text| memory.hold(text));
    let response = with_body(status, media, response);
    if overloaded {
        return (RETRY_LATER, response).into_response();
    }
    response
}

/// The response to a request that the guard rejected.
pub(super) fn rejection_response(error: &RequestError, media: &str) -> Response {
    let status = match error {
        // Clients that know only application/json ignore the body of any other status.
        RequestError::Invalid(_) if media == JSON => StatusCode::OK,
        RequestError::Invalid(_) | RequestError::LimitExceeded(_) => StatusCode::BAD_REQUEST,
        RequestError::MutationWithGet(_) => StatusCode::METHOD_NOT_ALLOWED,
        RequestError::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
    };
    let response = json_response(status, media, &json!({ "errors": error.errors() }));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        return ([(header::ALLOW, "POST")], response).into_response();
    }
    response
}

/// The response of an overloaded server: the execution takes too long, or too many large answers wait.
pub(super) fn overloaded_response(id: &RequestId) -> Response {
    let (status, code) = (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Overloaded);
    (RETRY_LATER, error_response(status, code, OVERLOADED_MESSAGE, Some(id))).into_response()
}

/// The response to parameters that are not a request.
pub(super) fn parameters_response(error: &InvalidParameters, media: &str) -> Response {
    match error {
        InvalidParameters::Malformed(message) => bad_request(StatusCode::BAD_REQUEST, message),
        // Apollo Client and urql know this message and code, and send the whole document then.
        InvalidParameters::PersistedQuery => {
            let status = if media == JSON {
                StatusCode::OK
            } else {
                StatusCode::BAD_REQUEST
            };
            let error = ErrorCode::PersistedQueryNotSupported.error("PersistedQueryNotSupported");
            json_response(status, media, &json!({ "errors": [error] }))
        }
    }
}

/// The response to a request that is at fault itself.
pub(super) fn bad_request(status: StatusCode, message: &str) -> Response {
    error_response(status, ErrorCode::BadRequest, message, None)
}

/// The response to a request that never reaches GraphQL. It is a GraphQL error, because clients read nothing else. A
/// fault of the server has the id of the request.
pub(in crate::http) fn error_response(
    status: StatusCode,
    code: ErrorCode,
    message: &str,
    id: Option<&RequestId>,
) -> Response {
    note_outcome(code.as_str());
    let mut extensions = json!({ CODE: code.as_str() });
    if let Some(id) = id {
        extensions["requestId"] = json!(id.as_str());
    }
    let error = json!({ "message": message, "extensions": extensions });
    json_response(status, JSON, &json!({ "errors": [error] }))
}

fn has_code(error: &ServerError, code: ErrorCode) -> bool {
    let actual = error.extensions.as_ref().and_then(|extensions| extensions.get(CODE));
    actual == Some(&async_graphql::Value::from(code.as_str()))
}

fn json_response(status: StatusCode, media: &str, body: &impl Serialize) -> Response {
    with_body(status, media, serde_json::to_string(body))
}

fn with_body(status: StatusCode, media: &str, text: serde_json::Result<impl Into<Body>>) -> Response {
    let Ok(text) = text else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    (status, [(header::CONTENT_TYPE, media)], text.into()).into_response()
}
