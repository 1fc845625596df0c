//! What the server tells its operator: the log, and what a request cost.

mod log;
mod measure;
mod request;

pub use log::start;
pub(crate) use measure::keep_measuring;
pub(crate) use request::{OK, RequestRecord, in_request, record_begin, record_hash, record_statement};
pub(crate) use request::{note_field, note_network, note_outcome};
