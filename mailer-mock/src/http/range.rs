use axum::extract::{FromRequestParts, Query};
use serde::Deserialize;

use super::error::HttpError;

/// A part of a list. Clients of Mailpit send more parameters, which are ignored.
#[derive(Deserialize, FromRequestParts)]
#[from_request(via(Query), rejection(HttpError))]
pub(super) struct Range {
    #[serde(default)]
    pub(super) start: usize,
    #[serde(default = "default_limit")]
    pub(super) limit: usize,
}

/// As in Mailpit.
fn default_limit() -> usize {
    50
}
