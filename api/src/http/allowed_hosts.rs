//! Refuses requests with a host name that is not allowed.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use http_server::AllowedHosts;

use super::graphql::error_response;
use crate::graphql::ErrorCode;

pub(super) async fn require(State(allowed): State<AllowedHosts>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    if allowed.find_forbidden(&head).is_some() {
        let message =
            "This host name is not allowed. Use localhost or an IP address, or add the name to ALLOWED_HOSTS.";
        return error_response(StatusCode::MISDIRECTED_REQUEST, ErrorCode::BadRequest, message, None);
    }
    next.run(Request::from_parts(head, body)).await
}
