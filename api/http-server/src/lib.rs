//! What every server of this workspace needs: a loop that accepts connections, HTTP/1.1 with time limits and graceful
//! shutdown, the host names that requests may have, a client for health checks, and the metrics endpoint.

mod accept;
mod allowed_hosts;
pub mod client;
mod connection_state;
mod limits;
mod metrics;
mod serve;
mod stop_signal;
mod timed_stream;

pub use accept::{Capacity, accept_connections};
pub use allowed_hosts::AllowedHosts;
pub use limits::Limits;
pub use metrics::metrics_response;
pub use serve::serve;
pub use stop_signal::stop_signal;
