//! One line about each request, its span, its metrics, and the count of refusals.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;

use super::context::Context;
use crate::client::cidr;
use crate::graphql::ErrorCode;
use crate::metrics::EndedRequest;
use crate::telemetry::{EndedTrace, OK, RequestRecord, RequestTrace};

/// The path of the API. Its requests are logged at INFO, and others, such as probes, at DEBUG.
const API: &str = "/graphql";

/// The queries, which a frontend sends all the time. If they succeed without a password, they are logged at DEBUG too.
const READS: [&str; 2] = ["me", "registrationPolicy"];

/// The outcome if the client leaves before the answer.
const CLIENT_LEFT: &str = "CLIENT_LEFT";

/// The header that names the span of the client (W3C Trace Context).
const TRACEPARENT: &str = "traceparent";

/// Begins the trace of a request, unless it is for another path or there is no collector.
pub(super) fn begin_trace(context: &Context, request: &Request) -> Option<RequestTrace> {
    if request.uri().path() != API {
        return None;
    }
    context.app.traces.begin_request(|| {
        let mut parents = request.headers().get_all(TRACEPARENT).iter();
        // More than one is not valid.
        let parent = parents.next().filter(|_| parents.next().is_none());
        parent.map(HeaderValue::as_bytes)
    })
}

/// Handles a request and logs it.
pub(super) async fn observe(context: &Context, trace: Option<RequestTrace>, request: Request, next: Next) -> Response {
    let record = Arc::new(RequestRecord::new(trace));
    let mut line = Line {
        context,
        record: record.clone(),
        method: request.method().clone(),
        other_path: (request.uri().path() != API).then(|| request.uri().path().to_owned()),
        started: context.app.clock.monotonic(),
        status: None,
    };
    let response = record.observe(next.run(request)).await;
    line.status = Some(response.status().as_u16());
    response
}

/// Written when it is dropped: a client that leaves ends the request too.
struct Line<'a> {
    context: &'a Context,
    record: Arc<RequestRecord>,
    method: Method,
    other_path: Option<String>,
    started: Instant,
    status: Option<u16>,
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let taken = self.context.app.clock.monotonic().duration_since(self.started);
        let Self {
            record, method, status, ..
        } = self;
        if let Some(path) = &self.other_path {
            tracing::debug!(%method, path, status, millis = millis(taken), "request");
            return;
        }
        let outcome = if status.is_some() {
            record.outcome()
        } else {
            CLIENT_LEFT
        };
        if !matches!(outcome, OK | CLIENT_LEFT) {
            self.context.app.count_refusal(outcome);
        }
        if let Some(trace) = record.trace() {
            trace.end(&EndedTrace {
                field: record.field(),
                outcome,
                is_fault: *status >= Some(500) || outcome == ErrorCode::InternalServerError.as_str(),
                method: method.as_str(),
                status: *status,
            });
        }
        self.context.app.metrics.requests.observe(EndedRequest {
            field: record.field().unwrap_or("none"),
            outcome,
            duration: taken,
            database_duration: record.database_time(),
            statements: record.statements(),
            transaction_wait: record.transaction_wait(),
        });
        let (field, status) = (record.field(), *status);
        let (db_millis, db_statements) = (millis(record.database_time()), record.statements());
        let (millis, hash_wait_millis) = (millis(taken), record.hash_wait().map(millis));
        let network = || record.network().map(cidr);
        // A line costs up to 3 µs, a tenth of such a request, and the metrics count it too.
        let is_routine =
            outcome == OK && hash_wait_millis.is_none() && field.is_some_and(|field| READS.contains(&field));
        if is_routine {
            tracing::debug!(
                field,
                outcome,
                status,
                millis,
                db_millis,
                db_statements,
                network = network(),
                "request"
            );
        } else {
            tracing::info!(
                field,
                outcome,
                status,
                millis,
                db_millis,
                db_statements,
                hash_wait_millis,
                network = network(),
                "request"
            );
        }
    }
}

/// Milliseconds with three digits after the point.
#[expect(clippy::cast_precision_loss, reason = "2^52 microseconds are 142 years")]
fn millis(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1_000.0
}
