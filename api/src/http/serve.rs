//! Accepting connections, and giving up on those that keep a place without using it.
//!
//! A client may take [`Limits::head`] to send the head of a request once it has begun, and [`Limits::idle`] between two
//! requests. hyper has one timer for both, so the connection is watched here, where its bytes pass: what time is left
//! depends on what the connection is doing.

#[cfg(test)]
mod tests;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;

/// How long to wait after the system had no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(100);

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// To send the head of a request, from its first byte; on a new connection, from its start.
    pub head: Duration,
    /// To begin the next request.
    pub idle: Duration,
    /// To take in a part of its answer.
    pub write: Duration,
    /// To finish what is under way when the server stops.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
            drain: Duration::from_secs(10),
        }
    }
}

/// Serves connections until told to stop; then finishes the requests that are under way.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = connection(stream, peer, router.clone(), limits);
                tokio::spawn(connections.watch(connection));
            }
            Err(error) if is_about_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no room for another connection");
                tokio::time::sleep(NO_ROOM).await;
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(limits.drain, connections.shutdown()).await;
}

type Connection = http1::Connection<TokioIo<Watched>, TowerToHyperService<Tagged>>;

fn connection(stream: TcpStream, peer: SocketAddr, router: Router, limits: Limits) -> Connection {
    // Small answers are not to wait for the acknowledgement of the ones before.
    let _ = stream.set_nodelay(true);
    let phase = Arc::new(AtomicU8::new(Phase::Fresh as u8));
    let service = Tagged {
        router,
        peer,
        phase: phase.clone(),
    };
    http1::Builder::new().max_buf_size(32 * 1024).serve_connection(
        TokioIo::new(Watched {
            stream,
            limits,
            phase,
            seen: Phase::Fresh as u8,
            patience: Box::pin(tokio::time::sleep(limits.head)),
            blocked: None,
        }),
        TowerToHyperService::new(service),
    )
}

fn is_about_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

/// What a connection is doing.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    /// Nothing has come yet.
    Fresh,
    /// A request is answered; the body has a time limit of its own, see `graphql::post`.
    Serving,
    /// The next request is waited for.
    Idle,
    /// The head of a request has begun.
    Head,
}

/// The router, telling whose request it is and what the connection does.
#[derive(Clone)]
struct Tagged {
    router: Router,
    peer: SocketAddr,
    phase: Arc<AtomicU8>,
}

impl tower_service::Service<Request<Incoming>> for Tagged {
    type Response = axum::response::Response;
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        tower_service::Service::<Request<Incoming>>::poll_ready(&mut self.router, cx)
    }

    fn call(&mut self, mut request: Request<Incoming>) -> Self::Future {
        self.phase.store(Phase::Serving as u8, Ordering::Relaxed);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let answer = tower_service::Service::call(&mut self.router, request);
        let phase = self.phase.clone();
        Box::pin(async move {
            let answer = answer.await;
            phase.store(Phase::Idle as u8, Ordering::Relaxed);
            answer
        })
    }
}

/// A connection whose time runs out.
struct Watched {
    stream: TcpStream,
    limits: Limits,
    phase: Arc<AtomicU8>,
    /// The phase that `patience` was set for.
    seen: u8,
    patience: Pin<Box<Sleep>>,
    /// Runs while the client takes in nothing.
    blocked: Option<Pin<Box<Sleep>>>,
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let filled = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(cx, buffer) {
            let phase = self.phase.load(Ordering::Relaxed);
            let begins = phase == Phase::Fresh as u8 || phase == Phase::Idle as u8;
            if begins && buffer.filled().len() > filled {
                self.phase.store(Phase::Head as u8, Ordering::Relaxed);
                // A fresh connection has had its time from the start.
                if phase == Phase::Idle as u8 {
                    let until = Instant::now() + self.limits.head;
                    self.patience.as_mut().reset(until);
                }
                self.seen = Phase::Head as u8;
            }
            return Poll::Ready(read);
        }
        let phase = self.phase.load(Ordering::Relaxed);
        if phase == Phase::Serving as u8 {
            self.seen = phase;
            return Poll::Pending;
        }
        if phase != self.seen {
            self.seen = phase;
            let Limits { idle, head, .. } = self.limits;
            let patience = if phase == Phase::Idle as u8 { idle } else { head };
            self.patience.as_mut().reset(Instant::now() + patience);
        }
        ready!(self.patience.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Watched {
    /// Whatever a client takes in gives it time for the next part.
    fn written(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.blocked = None;
            // hyper has found nothing to read while the request was answered, and does not look again before it is
            // woken: the idle time must run from here.
            if self.phase.load(Ordering::Relaxed) == Phase::Idle as u8 {
                self.seen = Phase::Idle as u8;
                let until = Instant::now() + self.limits.idle;
                self.patience.as_mut().reset(until);
                let _ = self.patience.as_mut().poll(cx);
            }
            return written;
        }
        let write = self.limits.write;
        let blocked = self.blocked.get_or_insert_with(|| Box::pin(tokio::time::sleep(write)));
        ready!(blocked.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
