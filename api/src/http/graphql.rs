//! GraphQL over HTTP, as the `graphql-http` audits have it (GraphQL over HTTP, draft of 2023).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Response as GraphqlResponse, ServerError, Variables};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::Context;
use super::authorization;
use super::request_id::RequestId;
use crate::account::Client;
use crate::graphql::{self, Answer, CODE, Caller, ErrorCode, Method, Refused, Request};

const JSON: &str = "application/json; charset=utf-8";
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json; charset=utf-8";

/// How long a body may take.
const BODY: Duration = Duration::from_secs(10);

/// How long an operation may take. It takes longer only if the database stands still.
const EXECUTION: Duration = Duration::from_secs(15);

/// After how many seconds an overloaded server may be tried again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

/// The answer to an operation that was executed; its fields in the order in which they were asked for.
#[derive(Serialize)]
struct Executed<'a> {
    data: &'a async_graphql::Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
}

/// Executes a query that stands in the URL.
pub(super) async fn get(
    context: State<Arc<Context>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    match from_url(&query.unwrap_or_default()) {
        Ok(request) => respond(&context, request, Method::Get, peer, &headers, &id).await,
        Err(message) => refusal(StatusCode::BAD_REQUEST, ErrorCode::BadRequest, &message, Some(&id)),
    }
}

/// Executes the operation in the body.
pub(super) async fn post(
    context: State<Arc<Context>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(id): Extension<RequestId>,
    request: axum::extract::Request,
) -> Response {
    let headers = request.headers().clone();
    // A browser sends every other type, and none, without asking first (Fetch Standard, CORS-safelisted).
    if !is_json(&headers) {
        return refusal(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::BadRequest,
            "Send the request as application/json, in UTF-8.",
            Some(&id),
        );
    }
    let body = match tokio::time::timeout(BODY, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => body,
        Err(_) => {
            let message = "The body did not come in time.";
            return refusal(StatusCode::REQUEST_TIMEOUT, ErrorCode::BadRequest, message, Some(&id));
        }
        Ok(Err(rejection)) => {
            let status = rejection.status();
            let message = if status == StatusCode::PAYLOAD_TOO_LARGE {
                "The body is larger than 64 KiB."
            } else {
                "The body could not be read."
            };
            return refusal(status, ErrorCode::BadRequest, message, Some(&id));
        }
    };
    match from_body(&body) {
        Ok(request) => respond(&context, request, Method::Post, peer, &headers, &id).await,
        Err(message) => refusal(StatusCode::BAD_REQUEST, ErrorCode::BadRequest, &message, Some(&id)),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    let utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    json && utf8
}

fn from_body(body: &[u8]) -> Result<Request, String> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => return Err("The body is empty: send JSON with a \"query\".".to_owned()),
        Some(b'[') => return Err("Batches are not taken: send one request at a time.".to_owned()),
        Some(_) => {}
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(parameters)) => request(parameters),
        Ok(_) => Err("The body is no JSON object with a \"query\".".to_owned()),
        Err(_) => Err("The body is not JSON.".to_owned()),
    }
}

fn from_url(query: &str) -> Result<Request, String> {
    let mut parameters = serde_json::Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = match &*name {
            "query" | "operationName" => Value::String(value.into_owned()),
            // A form that leaves a field empty means that there is nothing in it.
            "variables" | "extensions" if value.is_empty() => Value::Null,
            "variables" | "extensions" => {
                serde_json::from_str(&value).map_err(|_| format!("The parameter \"{name}\" is not JSON."))?
            }
            _ => continue,
        };
        parameters.insert(name.into_owned(), value);
    }
    request(parameters)
}

/// The parameters of a request, each of its type. Extensions may be sent; this server has no use for any.
fn request(mut parameters: serde_json::Map<String, Value>) -> Result<Request, String> {
    let mut take = |name| parameters.remove(name).unwrap_or_default();
    let Value::String(query) = take("query") else {
        return Err("The parameter \"query\" must be there, and a string.".to_owned());
    };
    let operation_name = match take("operationName") {
        Value::Null => None,
        Value::String(name) => Some(name).filter(|name| !name.is_empty()),
        _ => return Err("The parameter \"operationName\" must be a string.".to_owned()),
    };
    let variables = take("variables");
    for (name, value) in [("variables", &variables), ("extensions", &take("extensions"))] {
        if !matches!(value, Value::Null | Value::Object(_)) {
            return Err(format!("The parameter \"{name}\" must be an object."));
        }
    }
    Ok(Request {
        query,
        operation_name,
        variables: Variables::from_json(variables),
    })
}

async fn respond(
    context: &Context,
    request: Request,
    method: Method,
    peer: SocketAddr,
    headers: &HeaderMap,
    id: &RequestId,
) -> Response {
    let media = media_type(headers);
    let caller = Caller::new(
        authorization::read(headers),
        Client::at(context.proxies.client(peer.ip(), headers)),
        context.clock.now(),
    );
    let execution = graphql::execute(&context.schema, request, method, caller);
    let Ok(answer) = tokio::time::timeout(EXECUTION, execution).await else {
        tracing::error!("an operation did not end in time");
        return overloaded(id);
    };
    match answer {
        Answer::Executed(response) => executed(response, media, id),
        Answer::Refused(refused, errors) => {
            let status = match refused {
                // For a client that knows only application/json, any other status would hide the errors.
                Refused::ByGraphql if media == JSON => StatusCode::OK,
                Refused::ByGraphql | Refused::ByUs => StatusCode::BAD_REQUEST,
                Refused::ByMethod => StatusCode::METHOD_NOT_ALLOWED,
            };
            let mut response = body(status, media, &json!({ "errors": errors }));
            if refused == Refused::ByMethod {
                response
                    .headers_mut()
                    .insert(header::ALLOW, HeaderValue::from_static("POST"));
            }
            response
        }
    }
}

/// The type of the answer: `application/graphql-response+json` for who asks for it, `application/json` for all others.
fn media_type(headers: &HeaderMap) -> &'static str {
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

fn executed(response: GraphqlResponse, media: &str, id: &RequestId) -> Response {
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
fn overloaded(id: &RequestId) -> Response {
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
pub(super) fn refusal(status: StatusCode, code: ErrorCode, message: &str, id: Option<&RequestId>) -> Response {
    let mut extensions = json!({ CODE: code.as_str() });
    if let Some(id) = id.filter(|_| status.is_server_error()) {
        extensions["requestId"] = json!(id.as_str());
    }
    let error = json!({ "message": message, "extensions": extensions });
    body(status, JSON, &json!({ "errors": [error] }))
}

fn body(status: StatusCode, media: &str, value: &impl Serialize) -> Response {
    let Ok(text) = serde_json::to_string(value) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    (status, [(header::CONTENT_TYPE, media)], text).into_response()
}
