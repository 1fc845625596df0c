use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::error::HttpError;

/// The certificate for STARTTLS, if it is offered.
#[derive(Clone)]
pub(crate) struct Certificate(pub(crate) Option<Arc<str>>);

pub(super) async fn show(State(Certificate(pem)): State<Certificate>) -> Result<Response, HttpError> {
    let pem = pem.ok_or_else(|| HttpError::not_found("STARTTLS is turned off"))?;
    Ok(([(CONTENT_TYPE, "application/x-pem-file")], pem.to_string()).into_response())
}
