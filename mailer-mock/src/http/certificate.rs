use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::error::HttpError;

/// The certificate for STARTTLS.
pub(super) async fn show(State(app): State<App>) -> Result<Response, HttpError> {
    let pem = app
        .certificate
        .ok_or_else(|| HttpError::not_found("STARTTLS is turned off"))?;
    Ok(([(CONTENT_TYPE, "application/x-pem-file")], pem.to_string()).into_response())
}
