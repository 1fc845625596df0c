use std::error::Error as _;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

/// An error response, with a message that states the reason.
#[derive(Debug)]
pub(super) struct HttpError {
    status: StatusCode,
    message: String,
}

impl HttpError {
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }
}

/// Parses a body as JSON. Any content type is accepted, because `curl -d` does not set JSON.
pub(super) fn parse_body<T: DeserializeOwned>(body: &[u8], expected: &str) -> Result<T, HttpError> {
    serde_json::from_slice(body).map_err(|error| HttpError::bad_request(format!("expected {expected}: {error}")))
}

impl From<QueryRejection> for HttpError {
    fn from(rejection: QueryRejection) -> Self {
        // serde speaks of Rust.
        let reason = rejection
            .source()
            .map_or_else(|| rejection.body_text(), ToString::to_string);
        Self::bad_request(reason.replace("field", "parameter").replace('`', ""))
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let body = serde_json::json!({ "Error": self.message });
        (self.status, Json(body)).into_response()
    }
}
