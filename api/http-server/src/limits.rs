use std::time::Duration;

use crate::connections::ConnectionLimits;

/// What the clients of an HTTP server may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many connections may be open. At a limit, the one that has waited longest for its client makes room.
    pub connections: ConnectionLimits,
    /// How long a client may take to send the head of a request, from its first byte; on a new connection, from the
    /// start.
    pub head_timeout: Duration,
    /// How long a connection may stay open between two requests.
    pub idle_timeout: Duration,
    /// How long a client may read nothing of its response.
    pub write_timeout: Duration,
    /// How long a stopping server waits for the requests in progress.
    pub drain_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: ConnectionLimits::total(usize::MAX),
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(10),
        }
    }
}
