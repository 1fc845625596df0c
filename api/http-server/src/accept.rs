//! The loop that accepts connections.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::connections::{Activity, ConnectionLimits, Connections};

#[cfg(test)]
mod tests;

/// How long to wait after `accept` failed. It fails at once, again and again, while the process has no free file
/// descriptor.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// How often a failing `accept` is logged.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// Accepts connections until `stop`, and runs `handle` for each one in a task of its own. `network_of` tells which
/// network a peer counts for; `None` for a proxy, which has connections of many clients.
///
/// After `stop` the listener is closed, if nobody else holds it. Connections that are still open after `drain_timeout`
/// are closed too.
pub async fn accept_connections<H, F>(
    listener: Arc<TcpListener>,
    limits: ConnectionLimits,
    network_of: impl Fn(IpAddr) -> Option<IpAddr>,
    drain_timeout: Duration,
    stop: CancellationToken,
    handle: H,
) where
    H: Fn(TcpStream, SocketAddr, Activity) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = Connections::new(limits);
    let mut failures = Failures::default();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                // Responses are small: send each at once instead of waiting for the client's ACK of the one before.
                let _ = stream.set_nodelay(true);
                let serve = |activity| handle(stream, peer, activity);
                connections.spawn(network_of(peer.ip()), serve).await;
            }
            Err(error) if concerns_one_connection(&error) => {}
            Err(error) => {
                if let Some(failures) = failures.count(Instant::now()) {
                    tracing::warn!(%error, failures, "cannot accept connections");
                }
                // The process may have no free file descriptor.
                connections.close_longest_waiting(None).await;
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(drain_timeout, connections.ended()).await;
    connections.close().await;
}

/// Linux reports errors of the network and of a firewall as errors of `accept`. They say nothing about other
/// connections.
fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkDown, NetworkUnreachable,
        PermissionDenied, TimedOut,
    };
    matches!(
        error.kind(),
        ConnectionAborted
            | ConnectionRefused
            | ConnectionReset
            | HostUnreachable
            | NetworkDown
            | NetworkUnreachable
            | PermissionDenied
            | TimedOut
    )
}

/// Failures of `accept` since the last log line.
#[derive(Default)]
struct Failures {
    since_log: u64,
    logged_at: Option<Instant>,
}

impl Failures {
    /// Counts a failure. Returns the count when it is time to log it.
    fn count(&mut self, now: Instant) -> Option<u64> {
        self.since_log += 1;
        if self.logged_at.is_some_and(|logged_at| now < logged_at + LOG_INTERVAL) {
            return None;
        }
        self.logged_at = Some(now);
        Some(std::mem::take(&mut self.since_log))
    }
}
