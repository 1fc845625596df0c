use std::convert::Infallible;
use std::panic::AssertUnwindSafe;

use axum::http::StatusCode;
use axum::response::Response;
use futures_util::FutureExt;

use super::graphql::error_response;
use super::request_id::RequestId;
use crate::graphql::{ErrorCode, INTERNAL_MESSAGE};

/// Turns a panic into an internal server error without details. The connection stays open.
pub(super) async fn catch(
    id: Option<RequestId>,
    respond: impl Future<Output = Result<Response, Infallible>>,
) -> Result<Response, Infallible> {
    AssertUnwindSafe(respond).catch_unwind().await.unwrap_or_else(|_| {
        let (status, code) = (StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::InternalServerError);
        Ok(error_response(status, code, INTERNAL_MESSAGE, id.as_ref()))
    })
}
