use std::panic::AssertUnwindSafe;

use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;

use super::graphql::error_response;
use super::request_id::RequestId;
use crate::graphql::{ErrorCode, INTERNAL_MESSAGE};

/// Turns a panic into an internal server error without details. The connection stays open.
pub(super) async fn catch(Extension(id): Extension<RequestId>, request: Request, next: Next) -> Response {
    let handled = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    handled.unwrap_or_else(|_| {
        let (status, code) = (StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::InternalServerError);
        error_response(status, code, INTERNAL_MESSAGE, Some(&id))
    })
}
