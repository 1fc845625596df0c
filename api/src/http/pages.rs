//! The routes beside GraphQL.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Context;
use super::graphql::refusal;
use super::request_id::RequestId;
use crate::graphql::{self, ErrorCode};
use crate::metrics::Metrics;

/// How long the database may take to answer the readiness probe.
const PING: Duration = Duration::from_secs(2);

/// The process runs.
pub(super) async fn livez() -> &'static str {
    "ok\n"
}

/// The process can do its work: its database answers.
pub(super) async fn readyz(State(context): State<Arc<Context>>) -> Response {
    match tokio::time::timeout(PING, context.db.ping()).await {
        Ok(Ok(())) => "ok\n".into_response(),
        failed => {
            tracing::warn!(?failed, "not ready: the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

pub(super) async fn metrics(State(metrics): State<Metrics>) -> Response {
    http_server::metrics_response(metrics.registry())
}

pub(super) async fn schema() -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], graphql::sdl()).into_response()
}

pub(super) async fn not_found() -> Response {
    (
        StatusCode::NOT_FOUND,
        "There is nothing here. The API is at POST /graphql.\n",
    )
        .into_response()
}

pub(super) async fn method_not_allowed(Extension(id): Extension<RequestId>) -> Response {
    let message = "Send GraphQL with POST, or a query with GET.";
    let mut response = refusal(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::BadRequest,
        message,
        Some(&id),
    );
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
    response
}
