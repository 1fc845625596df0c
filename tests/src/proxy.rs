//! A TCP proxy that breaks connections in the ways that networks break them.

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

/// Forwards what comes to its address to another, until it is told otherwise.
pub struct Proxy {
    target: SocketAddr,
    /// Keeps the port while nobody listens on it.
    port: TcpSocket,
    listening: Option<JoinHandle<()>>,
    accepted: Arc<AtomicU64>,
    weather: watch::Sender<Weather>,
}

/// What happens to connections. Those that were accepted before a number stay broken when all is well again.
#[derive(Clone, Copy, Debug, Default)]
struct Weather {
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
    /// When there is no port to listen on.
    #[must_use]
    pub fn start(target: SocketAddr) -> Self {
        let mut proxy = Self {
            target,
            port: bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a free port"),
            listening: None,
            accepted: Arc::default(),
            weather: watch::Sender::default(),
        };
        proxy.listen();
        proxy
    }

    /// Where to connect to.
    ///
    /// # Panics
    /// Never: the port is bound.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.port.local_addr().expect("a bound port")
    }

    /// Forwards again. Connections that were cut, half-closed or stranded stay so.
    pub fn heal(&mut self) {
        self.weather.send_modify(|weather| {
            weather.stalled = false;
            weather.delay = Duration::ZERO;
        });
        if self.listening.is_none() {
            self.listen();
        }
    }

    /// Forwards whatever comes only after a while.
    pub fn delay(&self, delay: Duration) {
        self.weather.send_modify(|weather| weather.delay = delay);
    }

    /// Forwards nothing and loses nothing: connections stay, and new ones are taken.
    pub fn stall(&self) {
        self.weather.send_modify(|weather| weather.stalled = true);
    }

    /// Forwards nothing on the connections there are, ever, and tells nobody: what a host that lost its power, or a
    /// firewall that forgot, leaves behind. New ones are forwarded.
    pub fn strand(&self) {
        let before = self.accepted.load(Ordering::Relaxed);
        self.weather.send_modify(|weather| weather.stranded_before = before);
    }

    /// Resets every connection there is, on both sides.
    pub fn cut(&self) {
        let before = self.accepted.load(Ordering::Relaxed);
        self.weather.send_modify(|weather| weather.cut_before = before);
    }

    /// Ends what flows to the client on every connection there is. What the client sends is still forwarded.
    pub fn half_close(&self) {
        let before = self.accepted.load(Ordering::Relaxed);
        self.weather.send_modify(|weather| weather.half_closed_before = before);
    }

    /// Cuts every connection, and lets nobody connect.
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
            listener.expect("the port is ours"),
            self.target,
            accepted,
            self.weather.subscribe(),
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

/// Several sockets may have the port, so that it can be kept without being listened on.
fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn accept(
    listener: TcpListener,
    target: SocketAddr,
    accepted: Arc<AtomicU64>,
    weather: watch::Receiver<Weather>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let number = accepted.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(carry(client, target, number, weather.clone()));
    }
}

/// Carries one connection, until both sides have ended it or it is cut.
async fn carry(mut client: TcpStream, target: SocketAddr, number: u64, weather: watch::Receiver<Weather>) {
    let Ok(mut server) = TcpStream::connect(target).await else {
        let _ = client.set_zero_linger();
        return;
    };
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let mut cut = weather.clone();
    let uncut = tokio::select! {
        _ = cut.wait_for(|weather| weather.cut_before > number) => false,
        _ = async {
            tokio::join!(
                forward(from_client, to_server, number, weather.clone(), |_| 0),
                forward(from_server, to_client, number, weather.clone(), |weather| weather.half_closed_before),
            )
        } => true,
    };
    if !uncut {
        // Closed with this, a connection is reset.
        let _ = client.set_zero_linger();
        let _ = server.set_zero_linger();
    }
}

/// Forwards one direction until it ends.
async fn forward(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    number: u64,
    mut weather: watch::Receiver<Weather>,
    closed_before: fn(&Weather) -> u64,
) {
    let mut closed = weather.clone();
    let mut buffer = [0; 16 * 1024];
    loop {
        let read = tokio::select! {
            _ = closed.wait_for(|weather| closed_before(weather) > number) => Ok(0),
            read = from.read(&mut buffer) => read,
        };
        let delay = weather.borrow().delay;
        tokio::time::sleep(delay).await;
        let passes = |weather: &Weather| !weather.stalled && weather.stranded_before <= number;
        if weather.wait_for(passes).await.is_err() {
            return;
        }
        match read {
            Ok(length) if length > 0 && to.write_all(&buffer[..length]).await.is_ok() => {}
            _ => break,
        }
    }
    let _ = to.shutdown().await;
}
