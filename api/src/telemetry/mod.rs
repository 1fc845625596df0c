//! What the server tells its operator: the log, and what a request cost.

mod log;
mod request;

pub use log::start;
pub(crate) use request::{RequestRecord, in_request, record_hash, record_statement};
pub(crate) use request::{note_field, note_network, note_outcome};
