//! HTTP/1.1 on the accept loop.

use std::net::SocketAddr;
use std::pin::pin;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::accept::{Capacity, accept_connections};
use crate::connection_service::ConnectionService;
use crate::connection_state::SharedState;
use crate::limits::Limits;
use crate::timed_stream::TimedStream;

#[cfg(test)]
mod tests;

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 32 * 1024;

/// Serves connections until `stop`, then finishes the requests in progress.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    let Limits {
        max_connections,
        drain_timeout,
        ..
    } = limits;
    let stopping = stop.clone();
    let handle = move |stream, peer, capacity| {
        let (router, stop) = (router.clone(), stopping.clone());
        async move {
            if capacity == Capacity::Available {
                serve_connection(stream, peer, router, limits, stop).await;
            }
        }
    };
    accept_connections(listener, max_connections, drain_timeout, stop, handle).await;
}

async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
) {
    let state = SharedState::new();
    let stream = TimedStream::new(stream, limits, state.clone());
    let service = ConnectionService { router, peer, state };
    let connection = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // An error means that the client broke the connection or the protocol: there is nobody to tell.
    tokio::select! {
        biased;
        _ = &mut connection => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
