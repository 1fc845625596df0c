use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use http_server::{BodyError, read_body};

const MAX_BODY: usize = 64 * 1024;
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads the body of a request. The error is a status and a sentence for the client.
pub(super) async fn read(body: Body) -> Result<Bytes, (StatusCode, &'static str)> {
    match tokio::time::timeout(BODY_TIMEOUT, read_body(body, MAX_BODY)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(BodyError::TooLarge)) => Err((StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than 64 KiB.")),
        Ok(Err(BodyError::Broken)) => Err((StatusCode::BAD_REQUEST, "The body could not be read.")),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time.")),
    }
}
