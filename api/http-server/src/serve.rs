//! HTTP/1.1 on the accept loop.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use http_body_util::BodyExt;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower_service::Service;

use crate::accept::accept_connections;
use crate::connection_state::{ConnectionState, SharedState};
use crate::connections::Activity;
use crate::limits::Limits;
use crate::request_body::WatchedBody;
use crate::timed_stream::TimedStream;

#[cfg(test)]
mod tests;

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 32 * 1024;

/// How long a stop waits for the rest of a head.
const REST_OF_HEAD_TIMEOUT: Duration = Duration::from_millis(500);

/// Serves connections until `stop`, then finishes the requests in progress. `network_of` is that of
/// [`accept_connections`].
pub async fn serve(
    listener: Arc<TcpListener>,
    router: Router,
    limits: Limits,
    network_of: impl Fn(IpAddr) -> Option<IpAddr>,
    stop: CancellationToken,
) {
    let stopping = stop.clone();
    let handle = move |stream, peer, activity| {
        let (router, stop) = (router.clone(), stopping.clone());
        serve_connection(stream, peer, activity, router, limits, stop)
    };
    let (connections, drain_timeout) = (limits.connections, limits.drain_timeout);
    accept_connections(listener, connections, network_of, drain_timeout, stop, handle).await;
}

async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    activity: Activity,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
) {
    let state = SharedState::new(activity.clone());
    let stream = TimedStream::new(stream, limits, state.clone());
    let service = service_fn(|mut request: Request<Incoming>| {
        state.store(ConnectionState::Responding);
        request.extensions_mut().insert(ConnectInfo(peer));
        let request = request.map(|body| WatchedBody::new(body, activity.clone()));
        // A router is always ready.
        let response = router.clone().call(request);
        let idle_on_drop = IdleOnDrop(state.clone());
        async {
            let response = response.await?;
            // The body owns the guard: hyper drops a body after it has handed the last byte to the stream.
            Ok::<_, Infallible>(response.map(|body| {
                body.map_err(move |error| {
                    let _guard = &idle_on_drop;
                    error
                })
            }))
        }
    });
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
    // hyper closes idle connections, but waits for the rest of the first head.
    if let Err(_elapsed) = timeout(REST_OF_HEAD_TIMEOUT, connection.as_mut()).await
        && state.load() != ConnectionState::New
    {
        let _ = connection.await;
    }
}

/// Makes a connection idle when the body of its response ends. That can take as long as the handler likes: an event
/// stream never ends.
struct IdleOnDrop(Arc<SharedState>);

impl Drop for IdleOnDrop {
    fn drop(&mut self) {
        self.0.store(ConnectionState::Idle);
    }
}
