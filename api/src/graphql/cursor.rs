//! What the connections share: the length of a page, and cursors, which are base64url of an instant and an id.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::Timestamp;
use sea_orm::prelude::Uuid;

use super::errors::ApiError;

/// How many rows a page has if the request does not say.
pub(super) const DEFAULT_PAGE: i32 = 20;

/// The most rows of a page.
const MAX_PAGE: u8 = 50;

/// The message for [`NotACursor`].
pub(super) const MESSAGE: &str = "`after` must be a cursor of this connection.";

/// A text is not a cursor.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("{MESSAGE}")]
pub(super) struct NotACursor;

/// The argument `first`.
pub(super) fn page_length(first: i32) -> Result<u8, ApiError> {
    let first = u8::try_from(first).ok().filter(|first| *first <= MAX_PAGE);
    first.ok_or(ApiError::BadUserInput("`first` must be between 0 and 50."))
}

pub(super) fn encode(at: Timestamp, id: Uuid) -> String {
    let bytes = [&at.as_millis().to_be_bytes()[..], id.as_bytes()].concat();
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn decode(text: &str) -> Result<(Timestamp, Uuid), NotACursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotACursor)?;
    let (instant, id) = bytes.split_first_chunk().ok_or(NotACursor)?;
    let id = Uuid::from_slice(id).map_err(|_| NotACursor)?;
    Ok((Timestamp::from_millis(i64::from_be_bytes(*instant)), id))
}
