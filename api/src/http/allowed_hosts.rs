//! Refuses requests with a host name that is not allowed.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use http_server::AllowedHosts;

use super::graphql::error_response;
use crate::graphql::ErrorCode;

pub(super) async fn require(State(allowed): State<AllowedHosts>, request: Request, next: Next) -> Response {
    match check(&allowed, request) {
        Ok(request) => next.run(request).await,
        Err(refusal) => *refusal,
    }
}

/// The request again, or the response that refuses it.
pub(super) fn check(allowed: &AllowedHosts, request: Request) -> Result<Request, Box<Response>> {
    let (head, body) = request.into_parts();
    if allowed.find_forbidden(&head).is_some() {
        let message =
            "This host name is not allowed. Use localhost or an IP address, or add the name to ALLOWED_HOSTS.";
        let (status, code) = (StatusCode::MISDIRECTED_REQUEST, ErrorCode::BadRequest);
        return Err(Box::new(error_response(status, code, message, None)));
    }
    Ok(Request::from_parts(head, body))
}
