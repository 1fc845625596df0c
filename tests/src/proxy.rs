//! A TCP proxy that breaks connections in the ways that networks do.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::Database;

/// Forwards connections to another address, and breaks them on request.
pub struct Proxy {
    target: SocketAddr,
    /// Reserves the port while nothing listens on it.
    port: TcpSocket,
    listening: Option<JoinHandle<()>>,
    accepted: Arc<AtomicU64>,
    faults: watch::Sender<Faults>,
}

/// What is wrong with the connections. They are numbered: those below a `_before` number stay broken for good.
#[derive(Clone, Copy, Debug, Default)]
struct Faults {
    stalled: bool,
    delay: Duration,
    cut_before: u64,
    half_closed_before: u64,
    stranded_before: u64,
}

impl Proxy {
    /// Listens on a free port, and forwards to `target`.
    ///
    /// # Panics
    /// When it cannot listen.
    #[must_use]
    pub fn start(target: SocketAddr) -> Self {
        let mut proxy = Self {
            target,
            port: bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a free port"),
            listening: None,
            accepted: Arc::default(),
            faults: watch::Sender::default(),
        };
        proxy.listen();
        proxy
    }

    /// A proxy in front of a PostgreSQL database, and the URL through it.
    ///
    /// # Panics
    /// When it cannot listen.
    #[must_use]
    pub fn before(database: &Database) -> (Self, String) {
        let url = database.url();
        let (_, rest) = url.split_once('@').expect("a role");
        let (server, _) = rest.split_once('/').expect("a database");
        let proxy = Self::start(server.parse().expect("an address"));
        let url = url.replace(server, &proxy.address().to_string());
        (proxy, url)
    }

    /// The address to connect to.
    ///
    /// # Panics
    /// Never: the port is bound.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.port.local_addr().expect("a bound port")
    }

    /// Forwards again. Connections that were cut, half-closed or stranded stay broken.
    pub fn heal(&mut self) {
        self.faults.send_modify(|faults| {
            faults.stalled = false;
            faults.delay = Duration::ZERO;
        });
        if self.listening.is_none() {
            self.listen();
        }
    }

    /// Forwards everything with a delay.
    pub fn delay(&self, delay: Duration) {
        self.faults.send_modify(|faults| faults.delay = delay);
    }

    /// Forwards nothing and loses nothing: connections stay open, and new ones are accepted.
    pub fn stall(&self) {
        self.faults.send_modify(|faults| faults.stalled = true);
    }

    /// Silently stops forwarding on the open connections, for good, as after a power failure or when a firewall
    /// forgets its connections. New connections are forwarded.
    pub fn strand(&self) {
        let before = self.accepted.load(Ordering::Relaxed);
        self.faults.send_modify(|faults| faults.stranded_before = before);
    }

    /// Resets every open connection on both sides.
    pub fn cut(&self) {
        let before = self.accepted.load(Ordering::Relaxed);
        self.faults.send_modify(|faults| faults.cut_before = before);
    }

    /// Closes the direction to the client on every open connection. The other direction is still forwarded.
    pub fn half_close(&self) {
        let before = self.accepted.load(Ordering::Relaxed);
        self.faults.send_modify(|faults| faults.half_closed_before = before);
    }

    /// Cuts every connection, and refuses new ones.
    pub async fn refuse(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.abort();
            let _ = listening.await;
        }
        self.cut();
    }

    fn listen(&mut self) {
        let listener = bind(self.address()).and_then(|socket| socket.listen(1024));
        let accepted = self.accepted.clone();
        let accept = accept(
            listener.expect("the port is reserved"),
            self.target,
            accepted,
            self.faults.subscribe(),
        );
        self.listening = Some(tokio::spawn(accept));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}

/// Several sockets may bind the port, so one can reserve it without listening.
fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn accept(listener: TcpListener, target: SocketAddr, accepted: Arc<AtomicU64>, faults: watch::Receiver<Faults>) {
    while let Ok((client, _)) = listener.accept().await {
        let number = accepted.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(forward_connection(client, target, number, faults.clone()));
    }
}

/// Forwards one connection, until both sides have closed it or it is cut.
async fn forward_connection(mut client: TcpStream, target: SocketAddr, number: u64, faults: watch::Receiver<Faults>) {
    let Ok(mut server) = TcpStream::connect(target).await else {
        let _ = client.set_zero_linger();
        return;
    };
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let mut cut = faults.clone();
    let uncut = tokio::select! {
        _ = cut.wait_for(|faults| faults.cut_before > number) => false,
        _ = async {
            tokio::join!(
                forward(from_client, to_server, number, faults.clone(), |_| 0),
                forward(from_server, to_client, number, faults.clone(), |faults| faults.half_closed_before),
            )
        } => true,
    };
    if !uncut {
        // With this, closing a connection resets it.
        let _ = client.set_zero_linger();
        let _ = server.set_zero_linger();
    }
}

/// Forwards one direction until it ends.
async fn forward(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    number: u64,
    mut faults: watch::Receiver<Faults>,
    closed_before: fn(&Faults) -> u64,
) {
    let mut closed = faults.clone();
    let mut buffer = [0; 16 * 1024];
    loop {
        let read = tokio::select! {
            _ = closed.wait_for(|faults| closed_before(faults) > number) => Ok(0),
            read = from.read(&mut buffer) => read,
        };
        let delay = faults.borrow().delay;
        tokio::time::sleep(delay).await;
        let passes = |faults: &Faults| !faults.stalled && faults.stranded_before <= number;
        if faults.wait_for(passes).await.is_err() {
            return;
        }
        match read {
            Ok(length) if length > 0 && to.write_all(&buffer[..length]).await.is_ok() => {}
            _ => break,
        }
    }
    let _ = to.shutdown().await;
}
