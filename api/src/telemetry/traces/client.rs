//! Sends batches of spans to the collector, with hyper, and the TLS that webhooks use.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST, HeaderMap, HeaderValue};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::Handle;
use tokio_rustls::TlsConnector;
use tokio_util::task::AbortOnDropHandle;
use url::{Position, Url};

use super::config::TracesConfig;
use crate::clock::SharedClock;
use crate::tls;

/// How much of an answer is read. It holds at most a message about spans that were rejected.
const MAX_BODY: usize = 64 * 1024;

/// The pause between two log lines about a collector that fails.
const WARN_INTERVAL: Duration = Duration::from_mins(1);

/// Sends requests on the runtime of the server, because the thread that exports has none.
pub(super) struct Client {
    runtime: Handle,
    collector: Collector,
    clock: SharedClock,
    last_warning: Mutex<Option<Instant>>,
}

impl Client {
    /// On the current runtime.
    pub(super) fn new(config: &TracesConfig, clock: SharedClock) -> Self {
        Self {
            runtime: Handle::current(),
            collector: Collector::new(config, tls::connector()),
            clock,
            last_warning: Mutex::default(),
        }
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answered = self.runtime.spawn(self.collector.clone().send(request)).await;
        match &answered {
            Ok(Ok(answer)) if answer.status().is_success() => {}
            Ok(Ok(answer)) => self.warn(&format!("status {}", answer.status().as_u16())),
            Ok(Err(reason)) => self.warn(reason),
            // The runtime is stopping.
            Err(_) => {}
        }
        Ok(answered??)
    }

    /// Logs why the collector did not take spans, at most once a minute.
    fn warn(&self, reason: &str) {
        let now = self.clock.monotonic();
        let mut last = self.last_warning.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| now.duration_since(last) >= WARN_INTERVAL) {
            *last = Some(now);
            tracing::warn!(reason, "cannot send traces; check OTEL_EXPORTER_OTLP_ENDPOINT");
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl HttpClient for Client {
    fn send_bytes<'client, 'future>(
        &'client self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'future>>
    where
        'client: 'future,
        Self: 'future,
    {
        Box::pin(self.send(request))
    }
}

/// Where the spans go.
#[derive(Clone)]
pub(super) struct Collector {
    url: Url,
    headers: HeaderMap,
    timeout: Duration,
    tls: TlsConnector,
}

impl Collector {
    pub(super) fn new(config: &TracesConfig, tls: TlsConnector) -> Self {
        Self {
            url: config.traces_url(),
            headers: config.headers.clone(),
            timeout: config.timeout,
            tls,
        }
    }

    /// Sends a request on a connection of its own. The error says what failed.
    pub(super) async fn send(self, request: Request<Bytes>) -> Result<Response<Bytes>, String> {
        let exchanged = tokio::time::timeout(self.timeout, self.exchange(request)).await;
        exchanged.unwrap_or_else(|_| Err("no answer in time".to_owned()))
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, String> {
        let (mut head, body) = request.into_parts();
        let target = &self.url[Position::BeforePath..];
        head.uri = target.parse().map_err(|_| "the URL is not valid".to_owned())?;
        let host = &self.url[Position::BeforeHost..Position::AfterPort];
        let host = HeaderValue::try_from(host).map_err(|_| "the URL is not valid".to_owned())?;
        head.headers.insert(HOST, host);
        head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        head.headers.extend(self.headers.clone());
        let stream = TokioIo::new(tls::connect(&self.tls, &self.url).await?);
        let (mut sender, connection) = http1::handshake(stream).await.map_err(|error| no_answer(&error))?;
        let _connection = AbortOnDropHandle::new(tokio::spawn(async move {
            let _ = connection.await;
        }));
        let request = Request::from_parts(head, Full::new(body));
        let (head, body) = sender
            .send_request(request)
            .await
            .map_err(|error| no_answer(&error))?
            .into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await;
        let body = body.map_err(|_| "the answer breaks off, or is too long".to_owned())?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

fn no_answer(error: &hyper::Error) -> String {
    format!("no answer: {error}")
}
