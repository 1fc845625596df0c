//! GraphQL over HTTP (GraphQL over HTTP, draft of 2023), as the `graphql-http` audits check it.

mod body;
mod media_type;
mod parameters;
mod response;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use self::media_type::media_type;
use self::parameters::{from_body, from_url, is_encoded, is_json};
pub(super) use self::response::error_response;
use self::response::{bad_request, execution_response, overloaded_response, parameters_response, rejection_response};
use super::context::Context;
use super::request_id::RequestId;
use super::{accept_language, authorization, user_agent};
use crate::client::Client;
use crate::graphql::{Caller, Method, Request, RequestError, sdl};
use crate::telemetry::note_network;

/// Only a stalled database makes an operation take this long, or full queues for passwords in `changePassword`.
const EXECUTION_TIMEOUT: Duration = Duration::from_secs(15);

/// Executes a query from the URL.
pub(super) async fn get(
    context: State<Arc<Context>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let media = media_type(&headers);
    let request = match from_url(&query.unwrap_or_default()) {
        Ok(request) => request,
        Err(error) => return parameters_response(&error, media),
    };
    let caller = caller(&context, peer, &headers, &id);
    execute(&context, request, Method::Get, caller, media, &id).await
}

/// Executes a query or a mutation from the body.
pub(super) async fn post(
    context: State<Arc<Context>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(id): Extension<RequestId>,
    request: axum::extract::Request,
) -> Response {
    let (head, body) = request.into_parts();
    // A browser sends other types, or none, to any origin without a preflight (Fetch Standard, CORS-safelisted).
    if !is_json(&head.headers) {
        let message = "Send the request as application/json, in UTF-8.";
        return bad_request(StatusCode::UNSUPPORTED_MEDIA_TYPE, message);
    }
    if is_encoded(&head.headers) {
        let message = "Send the body without a Content-Encoding.";
        let response = bad_request(StatusCode::UNSUPPORTED_MEDIA_TYPE, message);
        // RFC 9110, section 12.5.3.
        return ([(header::ACCEPT_ENCODING, "identity")], response).into_response();
    }
    let body = match body::read(body).await {
        Ok(body) => body,
        Err((status, message)) => return bad_request(status, message),
    };
    let media = media_type(&head.headers);
    let request = match from_body(&body) {
        Ok(request) => request,
        Err(error) => return parameters_response(&error, media),
    };
    let caller = caller(&context, peer, &head.headers, &id);
    // The request may wait for a while. Body and headers share a buffer of the connection, which can use it again.
    drop((head, body));
    execute(&context, request, Method::Post, caller, media, &id).await
}

/// Who sends a request.
fn caller(context: &Context, peer: SocketAddr, headers: &HeaderMap, id: &RequestId) -> Caller {
    let client = Client::at(context.proxies.client(peer.ip(), headers))
        .with_user_agent(user_agent::read(headers))
        .with_request_id(id.as_str().into());
    note_network(client.network());
    Caller::new(authorization::read(headers), client, context.app.clock.now())
        .with_accept_language(accept_language::read(headers))
}

async fn execute(
    context: &Context,
    request: Request,
    method: Method,
    caller: Caller,
    media: &'static str,
    id: &RequestId,
) -> Response {
    let execution = context.schema.execute(request, method, caller);
    match tokio::time::timeout(EXECUTION_TIMEOUT, execution).await {
        Ok(Ok(execution)) => execution_response(execution, media, id),
        Ok(Err(RequestError::Overloaded)) => {
            tracing::warn!("too many large answers wait for their clients");
            overloaded_response(id)
        }
        Ok(Err(error)) => rejection_response(&error, media),
        Err(_) => {
            tracing::error!("a GraphQL operation timed out");
            overloaded_response(id)
        }
    }
}

/// The schema as text.
pub(super) async fn schema() -> ([(HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], sdl())
}

pub(super) async fn method_not_allowed() -> ([(HeaderName, &'static str); 1], Response) {
    let message = "Send GraphQL with POST, or a query with GET.";
    let response = bad_request(StatusCode::METHOD_NOT_ALLOWED, message);
    ([(header::ALLOW, "GET, POST")], response)
}
