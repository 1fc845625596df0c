//! The loop that accepts connections.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long to wait after `accept` failed. It fails at once, again and again, while the process has no free file
/// descriptor.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// Whether the server has room for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// Serve the connection.
    Available,
    /// The server already has as many connections as it may: reject this one.
    Exhausted,
}

/// Accepts connections until `stop`, and runs `handle` for each one in a task of its own.
///
/// After `stop` the listener is closed. Connections that are still open after `drain_timeout` are closed too.
pub async fn accept_connections<H, F>(
    listener: TcpListener,
    max_connections: usize,
    drain_timeout: Duration,
    stop: CancellationToken,
    handle: H,
) where
    H: Fn(TcpStream, SocketAddr, Capacity) -> F,
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
            Ok((stream, peer)) => {
                // Responses are small: send each at once instead of waiting for the client's ACK of the one before.
                let _ = stream.set_nodelay(true);
                let capacity = if connections.len() < max_connections {
                    Capacity::Available
                } else {
                    Capacity::Exhausted
                };
                connections.spawn(handle(stream, peer, capacity));
            }
            Err(error) if concerns_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
            }
        }
    }
    drop(listener);
    let drained = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(drain_timeout, drained).await;
    connections.shutdown().await;
}

fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn capacity_is_exhausted_at_the_limit_and_stop_closes_every_connection() -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let (sender, mut accepted) = mpsc::unbounded_channel();
        let hold = move |mut stream: TcpStream, _, capacity| {
            let _ = sender.send((capacity, stream.nodelay().ok()));
            async move {
                let _ = stream.read_u8().await;
            }
        };
        let serving = tokio::spawn(accept_connections(listener, 2, Duration::ZERO, stop.clone(), hold));

        let mut clients = Vec::new();
        for expected in [Capacity::Available, Capacity::Available, Capacity::Exhausted] {
            clients.push(TcpStream::connect(address).await?);
            assert_eq!(accepted.recv().await, Some((expected, Some(true))));
        }
        stop.cancel();
        serving.await?;
        for mut client in clients {
            assert_eq!(client.read(&mut [0]).await?, 0, "the server closed the connection");
        }
        assert!(TcpStream::connect(address).await.is_err());
        Ok(())
    }

    #[tokio::test]
    async fn closed_connections_free_capacity() -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (sender, mut accepted) = mpsc::unbounded_channel();
        let close = move |_, _, capacity| {
            let _ = sender.send(capacity);
            async {}
        };
        let stop = CancellationToken::new();
        tokio::spawn(accept_connections(listener, 1, Duration::ZERO, stop, close));
        for _ in 0..3 {
            let mut client = TcpStream::connect(address).await?;
            assert_eq!(accepted.recv().await, Some(Capacity::Available));
            assert_eq!(client.read(&mut [0]).await?, 0, "the server closed the connection");
        }
        Ok(())
    }
}
