use std::time::Duration;

/// What the clients of an HTTP server may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many connections may be open. Further ones are closed without a response.
    pub max_connections: usize,
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
            max_connections: usize::MAX,
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(10),
        }
    }
}
