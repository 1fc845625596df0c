//! GraphQL over HTTP, as the `graphql-http` audits have it (GraphQL over HTTP, draft of 2023).

mod answer;
mod parameters;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

pub(super) use self::answer::refusal;
use self::answer::{JSON, body, executed, media_type, overloaded};
use self::parameters::{from_body, from_url, is_json};
use super::Context;
use super::authorization;
use super::request_id::RequestId;
use crate::graphql::{self, Answer, Caller, ErrorCode, Method, Refused, Request};
use crate::limits::Client;

/// How long a body may take.
const BODY: Duration = Duration::from_secs(10);

/// How long an operation may take. It takes longer only if the database stands still.
const EXECUTION: Duration = Duration::from_secs(15);

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
