//! What a request passes before any resolver runs. Each step rejects the whole request:
//!
//! 1. `document_limits`: the limits on the text of the document.
//! 2. `document`: the parser, the choice of the operation, the limit on the fields of every operation, those on what the
//!    chosen one selects, which `cost` counts, and `field_conflicts`.
//! 3. `request_guard`: the HTTP method, one credential operation at most, introspection.
//! 4. `validation`: the variables, the validation of async-graphql, and the arguments that the variables become.
//!
//! `document_cache` keeps documents that passed, so a frontend that sends the same few documents over and over has them
//! parsed and validated once. What depends on more than the text is checked for each request.

mod cost;
mod document;
mod document_cache;
mod document_limits;
mod field_conflicts;
mod input_types;
mod request;
mod request_error;
mod request_guard;
mod root_field;
mod validation;
mod variables;

#[cfg(feature = "testing")]
pub(crate) use document_limits::{MAX_NESTING, check_limits};
pub use request::{Method, Request};
pub use request_error::RequestError;
pub(crate) use request_guard::{CheckedRequest, RequestGuard};
