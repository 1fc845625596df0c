use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use http_server::{BodyError, read_body};

use super::error::HttpError;

const MAX_BODY: usize = 2 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The body of a request, without a byte order mark.
pub(super) struct RequestBody(pub(super) Bytes);

impl<S: Sync> FromRequest<S> for RequestBody {
    type Rejection = HttpError;

    async fn from_request(request: Request, _: &S) -> Result<Self, HttpError> {
        let mut body = read_body(request.into_body(), MAX_BODY)
            .await
            .map_err(|error| match error {
                BodyError::TooLarge => HttpError::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"),
                BodyError::Broken => HttpError::bad_request("the body could not be read"),
            })?;
        if body.starts_with(BYTE_ORDER_MARK) {
            drop(body.split_to(BYTE_ORDER_MARK.len()));
        }
        Ok(Self(body))
    }
}
