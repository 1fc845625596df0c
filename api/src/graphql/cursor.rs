//! What the connections share: pages, and cursors, which are base64url of an instant and an id.

use async_graphql::OutputType;
use async_graphql::connection::{CursorType, Edge, EmptyFields, PageInfo};
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
const MESSAGE: &str = "`after` must be a cursor of this connection.";

/// A text is not a cursor.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("{MESSAGE}")]
pub(super) struct NotACursor;

/// The argument `first`.
pub(super) fn page_length(first: i32) -> Result<u8, ApiError> {
    let first = u8::try_from(first).ok().filter(|first| *first <= MAX_PAGE);
    first.ok_or(ApiError::BadUserInput("`first` must be between 0 and 50."))
}

/// The argument `after`.
pub(super) fn position<C: CursorType<Error = NotACursor>>(after: Option<&str>) -> Result<Option<C>, ApiError> {
    let cursor = after.map(C::decode_cursor).transpose();
    cursor.map_err(|NotACursor| ApiError::BadUserInput(MESSAGE))
}

/// How many rows to read for a page: one more tells whether there is another page.
pub(super) fn rows_of_page(first: u8) -> u64 {
    u64::from(first) + 1
}

/// The edges of a page, from the rows that were read for it.
pub(super) fn page<Row, C: CursorType + Send + Sync, Node: OutputType>(
    mut rows: Vec<Row>,
    first: u8,
    has_previous_page: bool,
    edge: impl Fn(Row) -> Edge<C, Node, EmptyFields>,
) -> (Vec<Edge<C, Node, EmptyFields>>, PageInfo) {
    let has_next_page = rows.len() > usize::from(first);
    rows.truncate(first.into());
    let edges: Vec<_> = rows.into_iter().map(edge).collect();
    let page_info = PageInfo {
        has_previous_page,
        has_next_page,
        start_cursor: edges.first().map(|edge| edge.cursor.encode_cursor()),
        end_cursor: edges.last().map(|edge| edge.cursor.encode_cursor()),
    };
    (edges, page_info)
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
