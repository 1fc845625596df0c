use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::error::Refusal;

/// The certificate of STARTTLS, when that is offered.
#[derive(Clone)]
pub(crate) struct Certificate(pub(crate) Option<Arc<str>>);

pub(super) async fn show(State(Certificate(pem)): State<Certificate>) -> Result<Response, Refusal> {
    let pem = pem.ok_or_else(|| Refusal::not_found("STARTTLS is switched off"))?;
    Ok(([(CONTENT_TYPE, "application/x-pem-file")], pem.to_string()).into_response())
}
