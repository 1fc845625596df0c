//! The routes for operators: liveness, readiness and metrics.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::context::Context;
use crate::metrics::Metrics;

const DATABASE_PING_TIMEOUT: Duration = Duration::from_secs(2);

/// The process runs.
pub(super) async fn livez() -> &'static str {
    "ok\n"
}

/// The process can serve requests: it is not stopping, its tasks run, and its database responds.
pub(super) async fn readyz(State(context): State<Arc<Context>>) -> Response {
    if context.app.stopping.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "Stopping.\n").into_response();
    }
    let down = context.app.supervisor.down();
    if !down.is_empty() {
        let text = format!("Restarting after a panic: {}.\n", down.join(", "));
        return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    }
    match tokio::time::timeout(DATABASE_PING_TIMEOUT, context.app.db.ping()).await {
        Ok(Ok(())) => return "ok\n".into_response(),
        Ok(Err(error)) => tracing::warn!(%error, "not ready: the database fails"),
        Err(_) => tracing::warn!("not ready: the database does not respond"),
    }
    (StatusCode::SERVICE_UNAVAILABLE, "The database does not respond.\n").into_response()
}

pub(super) async fn metrics(State(metrics): State<Metrics>) -> Response {
    http_server::metrics_response(metrics.registry())
}

pub(super) async fn not_found() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "Not found. The API is at POST /graphql.\n")
}
