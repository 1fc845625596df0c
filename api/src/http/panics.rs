use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;

use super::graphql::error_response;
use super::request_id::RequestId;
use crate::graphql::ErrorCode;

/// Turns a panic into an internal server error without details. The connection stays open.
pub(super) async fn catch(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => error_response(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::InternalServerError,
            "Something went wrong on the server. Quote the request id when you report it.",
            id.as_ref(),
        ),
    }
}
