//! A collector of traces.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use api::telemetry::TracesConfig;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as SpanStatus;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use prost::Message;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// An HTTP server that receives traces over OTLP.
pub struct Collector {
    address: SocketAddr,
    state: Arc<CollectorState>,
    task: JoinHandle<()>,
}

struct CollectorState {
    /// The status of each answer; `None` to answer never.
    status: Option<u16>,
    batches: Mutex<Vec<Batch>>,
}

/// A request that was received.
#[derive(Clone, Debug)]
struct Batch {
    headers: HeaderMap,
    body: Vec<u8>,
    resources: Vec<ResourceSpans>,
}

/// A span that was received.
#[derive(Clone, Debug)]
pub struct ReceivedSpan {
    /// Its name.
    pub name: String,
    /// Its trace, its own id, and that of its parent, in hexadecimal digits; no parent is empty.
    pub ids: [String; 3],
    /// Its kind.
    pub kind: SpanKind,
    /// When it began and ended, in nanoseconds since 1970.
    pub times: [u64; 2],
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
    /// Whether it failed.
    pub has_failed: bool,
}

impl Collector {
    /// Starts a collector that takes everything.
    pub async fn start() -> Self {
        Self::answering(Some(200)).await
    }

    /// Starts a collector with a status for each answer; without one, it never answers.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn answering(status: Option<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(CollectorState {
            status,
            batches: Mutex::default(),
        });
        let router = Router::new()
            .route("/v1/traces", post(receive))
            .with_state(state.clone());
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the collector serves");
        });
        Self { address, state, task }
    }

    /// Its URL, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The settings that send every trace here.
    ///
    /// # Panics
    /// Never: the URL is valid.
    #[must_use]
    pub fn config(&self) -> TracesConfig {
        TracesConfig::new(self.url().parse().expect("a URL"))
    }

    /// The spans, in the order in which they ended.
    #[must_use]
    pub fn spans(&self) -> Vec<ReceivedSpan> {
        let resources = self.batches().into_iter().flat_map(|batch| batch.resources);
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).map(ReceivedSpan::from).collect()
    }

    /// The attributes of the server that sent the first spans.
    ///
    /// # Panics
    /// When nothing was received.
    #[must_use]
    pub fn resource(&self) -> BTreeMap<String, String> {
        let batch = self.batches().into_iter().next().expect("a batch");
        let resource = batch.resources.into_iter().next().and_then(|spans| spans.resource);
        map(resource.expect("a resource").attributes)
    }

    /// The headers of the first request.
    ///
    /// # Panics
    /// When nothing was received.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        self.batches().into_iter().next().expect("a batch").headers
    }

    /// How many requests were received.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.batches().len()
    }

    /// Everything that was received, as a text that can be searched.
    #[must_use]
    pub fn text(&self) -> String {
        let bodies: Vec<_> = self.batches().into_iter().map(|batch| batch.body).collect();
        String::from_utf8_lossy(&bodies.concat()).into_owned()
    }

    fn batches(&self) -> Vec<Batch> {
        self.state.batches.lock().expect("no panic").clone()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl From<Span> for ReceivedSpan {
    fn from(span: Span) -> Self {
        Self {
            kind: span.kind(),
            has_failed: span.status.is_some_and(|status| status.code() == SpanStatus::Error),
            ids: [span.trace_id, span.span_id, span.parent_span_id].map(|id| hex(&id)),
            times: [span.start_time_unix_nano, span.end_time_unix_nano],
            attributes: map(span.attributes),
            name: span.name,
        }
    }
}

async fn receive(State(state): State<Arc<CollectorState>>, request: axum::extract::Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 16 * 1024 * 1024).await.expect("a body");
    let message = ExportTraceServiceRequest::decode(body.clone()).expect("a request of OTLP");
    state.batches.lock().expect("no panic").push(Batch {
        headers: head.headers,
        body: body.into(),
        resources: message.resource_spans,
    });
    let Some(status) = state.status else {
        std::future::pending().await
    };
    let status = StatusCode::from_u16(status).expect("a status");
    let response = Response::builder().status(status);
    response.body(Body::empty()).expect("a response")
}

fn map(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<AnyValue>| match value.and_then(|value| value.value) {
        Some(any_value::Value::StringValue(text)) => text,
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    let attributes = attributes.into_iter();
    attributes.map(|pair| (pair.key, text(pair.value))).collect()
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
