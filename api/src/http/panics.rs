//! What becomes of a request that panics.

use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;

use super::graphql::refusal;
use super::request_id::RequestId;
use crate::graphql::ErrorCode;

/// A panic ends the request with an answer that tells nothing of it, and never the connection.
pub(super) async fn answer(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::InternalServerError,
            "Something went wrong on the server. Quote the request id when you report it.",
            id.as_ref(),
        ),
    }
}
