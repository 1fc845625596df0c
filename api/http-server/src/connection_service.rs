use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::connect_info::ConnectInfo;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::{Request, Response};

use crate::connection_state::{ConnectionState, SharedState};

/// Passes the requests of one connection to the router and keeps track of the connection's state.
pub(crate) struct ConnectionService {
    pub(crate) router: Router,
    pub(crate) peer: SocketAddr,
    pub(crate) state: SharedState,
}

impl hyper::service::Service<Request<Incoming>> for ConnectionService {
    type Response = Response<TrackedBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        self.state.set(ConnectionState::Responding);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        // A router is always ready.
        let response = tower_service::Service::call(&mut self.router.clone(), request);
        let state = self.state.clone();
        Box::pin(async move { Ok(response.await?.map(|body| TrackedBody { body, state })) })
    }
}

/// The body of a response. The connection is idle once hyper drops it, which is after the last byte was handed to the
/// stream. A body can take as long as its handler likes: an event stream never ends.
pub(crate) struct TrackedBody {
    body: Body,
    state: SharedState,
}

impl Drop for TrackedBody {
    fn drop(&mut self) {
        self.state.set(ConnectionState::Idle);
    }
}

impl hyper::body::Body for TrackedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
