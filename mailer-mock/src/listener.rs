//! The loop that takes connections, for both listeners.

use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long to wait after a failed `accept`. It fails when the process is out of file descriptors, and then at once
/// again until one is closed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Whether there is room for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Serve it.
    Welcome,
    /// As many are served as the limit allows: say so and close it.
    Full,
}

/// Runs `handle` for each connection, in a task of its own, until `stop`. Then the listener and every connection are
/// closed, whatever they are doing.
pub(crate) async fn serve<H, F>(
    listener: TcpListener,
    limit: usize,
    stop: CancellationToken,
    handle: H,
) where
    H: Fn(TcpStream, Admission) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _)) => {
                // Answers are short: none may wait for the client to acknowledge the one before.
                let _ = stream.set_nodelay(true);
                let admission = if connections.len() < limit {
                    Admission::Welcome
                } else {
                    Admission::Full
                };
                connections.spawn(handle(stream, admission));
            }
            Err(error) => {
                tracing::warn!("a connection could not be accepted: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.shutdown().await;
}
