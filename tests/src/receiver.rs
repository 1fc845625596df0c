//! A receiver of webhooks.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use api::webhooks::{Endpoint, SigningKey, WebhookConfig, parse_url};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::any;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A key of 24 bytes.
pub const WEBHOOK_KEY: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";

/// Another key.
pub const OTHER_WEBHOOK_KEY: &str = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4";

/// An HTTP server that keeps what it receives, and answers as it is told.
pub struct Receiver {
    address: SocketAddr,
    state: Arc<ReceiverState>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct ReceiverState {
    received: Mutex<Vec<Received>>,
    replies: Mutex<VecDeque<Reply>>,
}

/// A request that was received.
#[derive(Clone, Debug)]
pub struct Received {
    /// The path and the query.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

/// How to answer a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// With this status.
    Status(u16),
    /// With this status and header.
    Header(u16, &'static str, String),
    /// Never.
    Hang,
}

impl Receiver {
    /// Starts a receiver that answers 204.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::<ReceiverState>::default();
        let router = Router::new().fallback(any(receive)).with_state(state.clone());
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the receiver serves");
        });
        Self { address, state, task }
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/hooks?from=tests", self.address)
    }

    /// The endpoint with these keys.
    ///
    /// # Panics
    /// When a key is not valid.
    #[must_use]
    pub fn endpoint(&self, keys: &[&str]) -> Endpoint {
        let keys = keys.iter().map(|key| SigningKey::parse(key).expect("a key"));
        Endpoint::new(parse_url(&self.url()).expect("a URL"), keys.collect())
    }

    /// The settings that send every webhook here, signed with [`WEBHOOK_KEY`].
    #[must_use]
    pub fn config(&self) -> WebhookConfig {
        WebhookConfig {
            endpoints: vec![self.endpoint(&[WEBHOOK_KEY])],
            allow_private: true,
            ..WebhookConfig::default()
        }
    }

    /// Answers the next requests like this.
    ///
    /// # Panics
    /// Never: nothing panics while it holds the lock.
    pub fn reply(&self, replies: impl IntoIterator<Item = Reply>) {
        self.state.replies.lock().expect("no panic").extend(replies);
    }

    /// What was received, oldest first.
    ///
    /// # Panics
    /// Never: nothing panics while it holds the lock.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.state.received.lock().expect("no panic").clone()
    }

    /// The types of the events that were received.
    #[must_use]
    pub fn events(&self) -> Vec<String> {
        self.received().iter().map(Received::event).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Received {
    /// A header.
    ///
    /// # Panics
    /// When it is missing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("{name} in {self:?}"));
        value.to_str().expect("text")
    }

    /// The body, parsed.
    ///
    /// # Panics
    /// When it is not JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// The type of the event.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn event(&self) -> String {
        self.json()["type"].as_str().expect("a type").to_owned()
    }
}

async fn receive(State(state): State<Arc<ReceiverState>>, request: axum::extract::Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 * 1024).await.expect("a body");
    let received = Received {
        target: head.uri.to_string(),
        headers: head.headers,
        body: String::from_utf8(body.into()).expect("text"),
    };
    // Together, so that a test that sees the request may rely on its reply.
    let reply = {
        let mut replies = state.replies.lock().expect("no panic");
        state.received.lock().expect("no panic").push(received);
        replies.pop_front().unwrap_or(Reply::Status(204))
    };
    let respond = |status: u16| Response::builder().status(StatusCode::from_u16(status).expect("a status"));
    let response = match reply {
        Reply::Status(status) => respond(status),
        Reply::Header(status, name, value) => respond(status).header(name, value),
        Reply::Hang => std::future::pending().await,
    };
    response.body(Body::empty()).expect("a response")
}
