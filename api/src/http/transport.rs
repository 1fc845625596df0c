//! What every request must pass, whatever it asks for.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;

use super::Context;
use super::graphql::refusal;
use super::request_id::RequestId;
use crate::graphql::ErrorCode;

/// A panic ends the request with an answer that tells nothing of it, and never the connection.
pub(super) async fn guard(State(_): State<Arc<Context>>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => refusal(
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::InternalServerError,
            "Something went wrong on the server. Quote the request id when you report it.",
            id.as_ref(),
        ),
    }
}
