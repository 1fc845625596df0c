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
pub(crate) async fn serve<H, F>(listener: TcpListener, limit: usize, stop: CancellationToken, handle: H)
where
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

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn admits_as_many_as_the_limit_and_closes_them_at_the_end() -> std::io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let stop = CancellationToken::new();
        let (admitted, mut admissions) = mpsc::unbounded_channel();
        let hold = move |mut stream: TcpStream, admission| {
            let _ = admitted.send((admission, stream.nodelay().ok()));
            async move {
                let _ = stream.read_u8().await;
            }
        };
        let serving = tokio::spawn(serve(listener, 2, stop.clone(), hold));

        let mut clients = Vec::new();
        for expected in [Admission::Welcome, Admission::Welcome, Admission::Full] {
            clients.push(TcpStream::connect(addr).await?);
            assert_eq!(admissions.recv().await, Some((expected, Some(true))));
        }
        stop.cancel();
        serving.await?;
        for mut client in clients {
            assert_eq!(client.read(&mut [0]).await?, 0, "it is closed");
        }
        assert!(TcpStream::connect(addr).await.is_err());
        Ok(())
    }

    #[tokio::test]
    async fn connections_that_are_over_make_room() -> std::io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let (admitted, mut admissions) = mpsc::unbounded_channel();
        let close = move |_, admission| {
            let _ = admitted.send(admission);
            async {}
        };
        tokio::spawn(serve(listener, 1, CancellationToken::new(), close));
        for _ in 0..3 {
            let mut client = TcpStream::connect(addr).await?;
            assert_eq!(admissions.recv().await, Some(Admission::Welcome));
            assert_eq!(client.read(&mut [0]).await?, 0, "it is closed");
        }
        Ok(())
    }
}
