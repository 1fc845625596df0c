//! The parts of our own that stand in the way of every request, as the micro-benchmarks in `api/benches` call them.

use axum::http::HeaderMap;
use entity::Purpose;
use sea_orm::prelude::Uuid;

use crate::graphql::{Authorization, is_bounded};
use crate::http::authorization;
use crate::keys::Keys;
use crate::verification::Code;

/// Derives the code of a draw.
#[must_use]
pub fn code(keys: &Keys, user: Uuid, draw: &[u8; 32]) -> Code {
    Code::derive(&keys.codes, Purpose::Registration, user, draw, 4)
}

/// Whether a document is within the bounds.
#[must_use]
pub fn document(text: &str) -> bool {
    is_bounded(text)
}

/// Reads the credentials of a request.
#[must_use]
pub fn credentials(headers: &HeaderMap) -> Authorization {
    authorization::read(headers)
}
