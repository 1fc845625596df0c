use std::collections::VecDeque;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

use super::*;

/// A server whose connections wait, except between the bytes `b` (busy) and `w` (waiting). It echoes each byte.
struct TestServer {
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl TestServer {
    async fn start(total: usize, per_network: usize) -> io::Result<Self> {
        let listener = Arc::new(TcpListener::bind("0.0.0.0:0").await?);
        let address = SocketAddr::from(([127, 0, 0, 1], listener.local_addr()?.port()));
        let stop = CancellationToken::new();
        let limits = ConnectionLimits { total, per_network };
        // Each loopback address is a network, but 127.0.0.9 is a proxy.
        let network_of = |peer| (peer != IpAddr::from([127, 0, 0, 9])).then_some(peer);
        let serving = accept_connections(listener, limits, network_of, Duration::ZERO, stop.clone(), echo);
        Ok(Self {
            address,
            stop,
            serving: tokio::spawn(serving),
        })
    }

    /// Connects from 127.0.0.N.
    async fn connect(&self, network: u8) -> io::Result<TcpStream> {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from(([127, 0, 0, network], 0)))?;
        socket.connect(self.address).await
    }

    async fn connect_and_send(&self, network: u8, byte: u8) -> io::Result<TcpStream> {
        let mut stream = self.connect(network).await?;
        assert!(is_served(&mut stream, byte).await, "the connection is accepted");
        Ok(stream)
    }
}

async fn echo(mut stream: TcpStream, _: SocketAddr, activity: Activity) {
    while let Ok(byte) = stream.read_u8().await {
        match byte {
            b'b' => activity.busy(),
            _ => activity.waiting(),
        }
        if stream.nodelay().ok() != Some(true) || stream.write_u8(byte).await.is_err() {
            return;
        }
    }
}

async fn is_served(stream: &mut TcpStream, byte: u8) -> bool {
    stream.write_u8(byte).await.is_ok() && stream.read_u8().await.is_ok_and(|echoed| echoed == byte)
}

#[tokio::test]
async fn at_the_limit_the_longest_waiting_makes_room() -> io::Result<()> {
    let server = TestServer::start(3, 3).await?;
    let mut first = server.connect_and_send(1, b'w').await?;
    let mut second = server.connect_and_send(2, b'w').await?;
    let mut third = server.connect_and_send(3, b'b').await?;
    assert!(is_served(&mut first, b'w').await, "now the second has waited longest");
    let mut fourth = server.connect_and_send(4, b'w').await?;
    assert!(!is_served(&mut second, b'w').await);
    let mut fifth = server.connect_and_send(5, b'b').await?;
    assert!(!is_served(&mut first, b'w').await);
    for stream in [&mut third, &mut fourth, &mut fifth] {
        assert!(is_served(stream, b'b').await);
    }
    Ok(())
}

#[tokio::test]
async fn network_at_its_limit_displaces_only_its_own_connections() -> io::Result<()> {
    let server = TestServer::start(100, 2).await?;
    let mut other = server.connect_and_send(2, b'w').await?;
    let mut open = VecDeque::new();
    for _ in 0..10 {
        open.push_back(server.connect_and_send(1, b'w').await?);
        if open.len() > 2
            && let Some(mut oldest) = open.pop_front()
        {
            assert!(!is_served(&mut oldest, b'w').await);
        }
    }
    assert!(is_served(&mut other, b'w').await);
    let mut busy = [
        server.connect_and_send(1, b'b').await?,
        server.connect_and_send(1, b'b').await?,
    ];
    assert!(!is_served(&mut server.connect(1).await?, b'w').await, "nobody waits");
    for stream in &mut busy {
        assert!(is_served(stream, b'w').await);
    }
    Ok(())
}

#[tokio::test]
async fn proxy_has_no_limit_of_its_own() -> io::Result<()> {
    let server = TestServer::start(10, 2).await?;
    let mut streams = Vec::new();
    for _ in 0..10 {
        streams.push(server.connect_and_send(9, b'w').await?);
    }
    for stream in &mut streams {
        assert!(is_served(stream, b'w').await);
    }
    Ok(())
}

#[tokio::test]
async fn closed_connections_free_their_places() -> io::Result<()> {
    let server = TestServer::start(2, 1).await?;
    for _ in 0..3 {
        let mut busy = server.connect_and_send(1, b'b').await?;
        busy.shutdown().await?;
        assert_eq!(busy.read(&mut [0]).await?, 0, "the server closed it too");
    }
    Ok(())
}

#[tokio::test]
async fn stop_closes_the_listener_and_every_connection() -> io::Result<()> {
    let server = TestServer::start(10, 10).await?;
    let mut streams = [
        server.connect_and_send(1, b'b').await?,
        server.connect_and_send(1, b'w').await?,
    ];
    server.stop.cancel();
    server.serving.await?;
    for stream in &mut streams {
        assert_eq!(stream.read(&mut [0]).await?, 0, "the server closed the connection");
    }
    assert!(TcpStream::connect(server.address).await.is_err());
    Ok(())
}

#[test]
fn failures_are_logged_at_most_once_in_ten_seconds_with_their_count() {
    let (start, mut failures) = (Instant::now(), Failures::default());
    let logged = (0..250).filter_map(|tenths| failures.count(start + Duration::from_millis(100) * tenths));
    assert_eq!(logged.collect::<Vec<_>>(), [1, 100, 100]);
}
