//! Refuses requests with a host name that is not allowed.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_server::AllowedHosts;

use super::error::HttpError;

pub(super) async fn require(State(allowed): State<AllowedHosts>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    match allowed.find_forbidden(&head) {
        Some(host) => {
            let message = format!(
                "the host name {host} is not allowed: use localhost or an IP address, or start mailer-mock with \
                 --allowed-host and this name"
            );
            HttpError::new(StatusCode::MISDIRECTED_REQUEST, message).into_response()
        }
        None => next.run(Request::from_parts(head, body)).await,
    }
}
