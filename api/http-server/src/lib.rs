//! What every server of this workspace needs: a loop that accepts connections, HTTP/1.1 with time limits and graceful
//! shutdown, the host names that requests may have, tasks that are started again, variables that count as not set
//! when empty, a log that cannot fail, a client for health checks, and the metrics endpoint.

mod accept;
mod allowed_hosts;
mod bind;
pub mod client;
mod connection_state;
mod connections;
mod empty_variables;
mod limits;
mod local_origin;
mod log_writer;
mod metrics;
mod open_files;
mod read_body;
mod request_body;
mod serve;
mod standard_streams;
mod stop_signal;
mod supervisor;
mod timed_stream;

pub use accept::accept_connections;
pub use allowed_hosts::AllowedHosts;
pub use bind::bind;
pub use connections::{Activity, ConnectionLimits};
pub use empty_variables::ignore_empty_variables;
pub use limits::Limits;
pub use local_origin::is_local_origin;
pub use log_writer::LogWriter;
pub use metrics::metrics_response;
pub use open_files::raise_open_file_limit;
pub use read_body::{BodyError, read_body};
pub use serve::serve;
pub use standard_streams::{Log, dropped_log_lines, has_colors, print, print_error};
pub use stop_signal::StopSignals;
pub use supervisor::{Restarts, Supervisor};
