//! Shaping the answer to a request.

use async_graphql::{Response as GraphqlResponse, ServerError};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::graphql::{CODE, ErrorCode};
use crate::http::request_id::RequestId;

/// For every client.
pub(super) const JSON: &str = "application/json; charset=utf-8";
/// For clients that ask for it: a refusal then has a status of its own.
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json; charset=utf-8";

/// After how many seconds an overloaded server may be tried again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

/// The body of it; its fields stand in the order in which they were asked for.
#[derive(Serialize)]
struct Executed<'a> {
    data: &'a async_graphql::Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
}

/// The type of the answer: `application/graphql-response+json` for who asks for it, `application/json` for all others.
pub(super) fn media_type(headers: &HeaderMap) -> &'static str {
    let asked = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter(|range| !range.replace(' ', "").ends_with(";q=0"))
        .filter_map(|range| range.split(';').next())
        .map(|range| range.trim().to_ascii_lowercase())
        .find(|range| {
            matches!(
                range.as_str(),
                "application/json" | "application/graphql-response+json" | "application/*" | "*/*"
            )
        });
    match asked.as_deref() {
        Some("application/graphql-response+json") => GRAPHQL_RESPONSE,
        _ => JSON,
    }
}

/// The answer to an operation that was executed.
pub(super) fn executed(response: GraphqlResponse, media: &str, id: &RequestId) -> Response {
    let overloaded = response
        .errors
        .iter()
        .any(|error| has_code(error, ErrorCode::Overloaded));
    let status = if overloaded {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    let mut errors = response.errors;
    for error in errors
        .iter_mut()
        .filter(|error| has_code(error, ErrorCode::InternalServerError))
    {
        error.extensions.get_or_insert_default().set("requestId", id.as_str());
    }
    let executed = Executed {
        data: &response.data,
        errors,
    };
    let mut response = body(status, media, &executed);
    if overloaded {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}

/// The server cannot do now what it was asked.
pub(super) fn overloaded(id: &RequestId) -> Response {
    let message = "The server is busy. Try again in a few seconds.";
    let mut response = refusal(
        StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Overloaded,
        message,
        Some(id),
    );
    response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    response
}

fn has_code(error: &ServerError, code: ErrorCode) -> bool {
    let found = error.extensions.as_ref().and_then(|extensions| extensions.get(CODE));
    found == Some(&async_graphql::Value::from(code.as_str()))
}

/// A request that was refused before GraphQL saw it: a GraphQL error all the same, for clients that read no other.
pub(in crate::http) fn refusal(status: StatusCode, code: ErrorCode, message: &str, id: Option<&RequestId>) -> Response {
    let mut extensions = json!({ CODE: code.as_str() });
    if let Some(id) = id.filter(|_| status.is_server_error()) {
        extensions["requestId"] = json!(id.as_str());
    }
    let error = json!({ "message": message, "extensions": extensions });
    body(status, JSON, &json!({ "errors": [error] }))
}

pub(super) fn body(status: StatusCode, media: &str, value: &impl Serialize) -> Response {
    let Ok(text) = serde_json::to_string(value) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    (status, [(header::CONTENT_TYPE, media)], text).into_response()
}
