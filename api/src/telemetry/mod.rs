//! What the server tells its operator: the log, what a request cost, and traces.

mod log;
mod request;
mod traces;

pub use log::{LogConfig, start};
pub(crate) use request::{OK, RequestRecord, in_request, record_begin, record_hash, record_statement};
pub(crate) use request::{note_field, note_network, note_outcome, traceparent};
pub(crate) use traces::{EndedTrace, RequestTrace};
pub use traces::{Traces, TracesConfig};
