//! Sends one webhook over a connection of its own.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use url::{Position, Url};

use super::endpoint::{Endpoint, WebhookConfig};
use super::sign::signatures;
use super::target::Resolver;
use crate::clock::SharedClock;
use crate::tls::{self, Stream};

/// How long one attempt may take, with the name, the connection and the answer. Shorter than the lease of a claim.
const TIMEOUT: Duration = Duration::from_secs(20);

/// How long one address may take to accept the connection, before the next one is tried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How much of an answer is read: enough for an operator to see what it is.
const MAX_BODY: usize = 4 * 1024;

/// How long the head of an answer may be.
const MAX_HEAD: usize = 16 * 1024;

/// Sends webhooks.
#[derive(Clone)]
pub(crate) struct Sender {
    clock: SharedClock,
    tls: TlsConnector,
    resolver: Resolver,
    allow_private: bool,
}

/// What an endpoint answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The header `Retry-After`.
    pub(super) retry_after: Option<String>,
    /// The beginning of the body.
    pub(crate) body: Vec<u8>,
}

impl Sender {
    pub(crate) fn new(config: &WebhookConfig, clock: SharedClock) -> Self {
        Self::with(config, clock, tls::connector())
    }

    pub(super) fn with(config: &WebhookConfig, clock: SharedClock, tls: TlsConnector) -> Self {
        Self {
            clock,
            tls,
            resolver: config.resolver.clone(),
            allow_private: config.allow_private,
        }
    }

    /// Sends a webhook and reads the answer. The status counts, whatever becomes of the body of the answer.
    pub(crate) async fn send(&self, endpoint: &Endpoint, id: &str, body: String) -> Result<Answer, String> {
        let never = CancellationToken::new();
        let sent = self.send_unless(&never, endpoint, id, body, None).await?;
        sent.ok_or_else(|| "not sent".to_owned())
    }

    /// The same; `None` if `stop` is cancelled before there is a connection.
    pub(super) async fn send_unless(
        &self,
        stop: &CancellationToken,
        endpoint: &Endpoint,
        id: &str,
        body: String,
        traceparent: Option<String>,
    ) -> Result<Option<Answer>, String> {
        let deadline = self.clock.monotonic() + TIMEOUT;
        let request = self.request(endpoint, id, body, traceparent)?;
        let exchanged = tokio::select! {
            exchanged = self.exchange(stop, &endpoint.url, request) => exchanged?,
            () = self.clock.sleep_until(deadline) => return Err("no answer within 20 seconds".to_owned()),
        };
        let Some((answer, _connection)) = exchanged else {
            return Ok(None);
        };
        let (head, mut content) = answer.into_parts();
        let mut body = Vec::new();
        tokio::select! {
            () = read(&mut content, &mut body) => {}
            () = self.clock.sleep_until(deadline) => {}
        }
        let retry_after = head.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        Ok(Some(Answer {
            status: head.status,
            retry_after: retry_after.map(str::to_owned),
            body,
        }))
    }

    /// The request, signed at the current time.
    fn request(
        &self,
        endpoint: &Endpoint,
        id: &str,
        body: String,
        traceparent: Option<String>,
    ) -> Result<Request<Full<Bytes>>, String> {
        let url = &endpoint.url;
        let timestamp = self.clock.now().as_millis() / 1_000;
        let mut request = Request::post(&url[Position::BeforePath..Position::AfterQuery])
            .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
            .header(CONNECTION, "close")
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("registration-webhooks/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signatures(&endpoint.keys, id, timestamp, &body));
        if let Some(traceparent) = traceparent {
            request = request.header("traceparent", traceparent);
        }
        request
            .body(Full::new(body.into()))
            .map_err(|error| format!("the request cannot be written: {error}"))
    }

    /// Connects, unless `stop` is cancelled before, and waits for the head of the answer.
    async fn exchange(
        &self,
        stop: &CancellationToken,
        url: &Url,
        request: Request<Full<Bytes>>,
    ) -> Result<Option<(Response<Incoming>, AbortOnDropHandle<()>)>, String> {
        let Some(connected) = stop.run_until_cancelled(self.connect(url)).await else {
            return Ok(None);
        };
        let stream = TokioIo::new(connected?);
        let mut builder = http1::Builder::new();
        let handshake = builder.max_buf_size(MAX_HEAD).handshake(stream).await;
        let (mut sender, connection) = handshake.map_err(|error| not_http(&error))?;
        let connection = AbortOnDropHandle::new(tokio::spawn(async move {
            let _ = connection.await;
        }));
        let answer = sender.send_request(request).await.map_err(|error| not_http(&error))?;
        Ok(Some((answer, connection)))
    }

    /// Connects to one of the checked addresses, and to no other.
    async fn connect(&self, url: &Url) -> Result<Box<dyn Stream>, String> {
        let mut failure = String::new();
        for address in self.resolver.addresses(url, self.allow_private).await? {
            let stream = match tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => {
                    failure = format!("cannot connect: {}", error.kind());
                    continue;
                }
                Err(_) => {
                    "cannot connect: timed out".clone_into(&mut failure);
                    continue;
                }
            };
            return tls::secure(&self.tls, url, stream).await;
        }
        Err(failure)
    }
}

/// Reads at most [`MAX_BODY`] bytes.
async fn read(content: &mut Incoming, body: &mut Vec<u8>) {
    while body.len() < MAX_BODY
        && let Some(Ok(frame)) = content.frame().await
    {
        if let Ok(data) = frame.into_data() {
            body.extend_from_slice(&data[..data.len().min(MAX_BODY - body.len())]);
        }
    }
}

/// The endpoint's own bytes are not quoted.
fn not_http(error: &hyper::Error) -> String {
    let reason = if error.is_parse() || error.is_parse_too_large() {
        "the answer is not HTTP"
    } else {
        "the connection was closed before the answer"
    };
    reason.to_owned()
}
