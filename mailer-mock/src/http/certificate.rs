use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::error::Refusal;

/// The certificate of STARTTLS, when that is offered.
#[derive(Clone)]
pub(super) struct Shown(pub(super) Option<Arc<str>>);

pub(super) async fn show(State(Shown(certificate)): State<Shown>) -> Result<Response, Refusal> {
    let certificate = certificate.ok_or_else(|| Refusal::not_found("STARTTLS is switched off"))?;
    let pem = [(CONTENT_TYPE, "application/x-pem-file")];
    Ok((pem, certificate.to_string()).into_response())
}
