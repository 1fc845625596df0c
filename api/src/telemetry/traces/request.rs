//! The spans of a request: its own, and those of its statements and hashes.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanBuilder, SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};

use super::active::{Active, now};
use super::parent;

/// The trace of a request, which tasks that work for the request share.
pub(crate) struct RequestTrace {
    active: Arc<Active>,
    /// Contains the span of the request.
    context: Context,
}

/// What is known about a request when it ends.
pub(crate) struct EndedTrace<'a> {
    /// The root field of the operation.
    pub(crate) field: Option<&'static str>,
    /// The code of the first error, or that there was none.
    pub(crate) outcome: &'static str,
    /// Whether the server is at fault.
    pub(crate) is_fault: bool,
    pub(crate) method: &'a str,
    /// The status of HTTP, if there was an answer.
    pub(crate) status: Option<u16>,
}

impl RequestTrace {
    /// `None` if the span in the context is not sampled.
    pub(super) fn of(active: Arc<Active>, context: Context) -> Option<Self> {
        context.span().is_recording().then_some(Self { active, context })
    }

    /// The id of the trace, for the log.
    pub(crate) fn id(&self) -> String {
        self.context.span().span_context().trace_id().to_string()
    }

    /// The header that names the span.
    pub(crate) fn traceparent(&self) -> String {
        parent::format(self.context.span().span_context())
    }

    /// Adds a statement that ends now. Its text has placeholders; values are not part of it.
    pub(crate) fn add_statement(&self, sql: &str, elapsed: Duration, failed: bool) {
        let operation = sql.split_whitespace().next().unwrap_or_default();
        let mut attributes = vec![
            KeyValue::new("db.system.name", self.active.database),
            KeyValue::new("db.operation.name", operation.to_owned()),
        ];
        if operation != sql {
            attributes.push(KeyValue::new("db.query.text", sql.to_owned()));
        }
        if failed {
            attributes.push(KeyValue::new("error.type", "_OTHER"));
        }
        let end = now();
        let builder = SpanBuilder::from_name(operation.to_owned())
            .with_kind(SpanKind::Client)
            .with_attributes(attributes)
            .with_start_time(before(end, elapsed));
        let status = if failed { Status::error("") } else { Status::Unset };
        self.add(builder, end, status);
    }

    /// Adds work on a thread that ends now: the wait for the thread, and what it did then.
    pub(crate) fn add_job(&self, name: &'static str, waited: Duration, ran: Duration) {
        // One instant for all: a thread can lose its processor between two readings of the clock.
        let end = now();
        let started = before(end, ran);
        let wait = SpanBuilder::from_name(format!("{name} wait")).with_start_time(before(end, ran + waited));
        self.add(wait, started, Status::Unset);
        let job = SpanBuilder::from_name(name).with_start_time(started);
        self.add(job, end, Status::Unset);
    }

    fn add(&self, builder: SpanBuilder, end: SystemTime, status: Status) {
        use opentelemetry::trace::Span;
        let mut span = self.active.tracer.build_with_context(builder, &self.context);
        span.set_status(status);
        span.end_with_timestamp(end);
    }

    /// Ends the span of the request, whose name is the root field. What still works for the request can add to it.
    pub(crate) fn end(&self, ended: &EndedTrace<'_>) {
        let EndedTrace {
            field,
            outcome,
            is_fault,
            method,
            status,
        } = ended;
        let span = self.context.span();
        span.update_name(field.unwrap_or("request"));
        span.set_attributes([
            KeyValue::new("http.request.method", known(method)),
            KeyValue::new("url.scheme", "http"),
            KeyValue::new("url.path", "/graphql"),
            KeyValue::new("http.route", "/graphql"),
            KeyValue::new("graphql.outcome", *outcome),
        ]);
        if let Some(status) = status {
            span.set_attribute(KeyValue::new("http.response.status_code", i64::from(*status)));
        }
        if *is_fault {
            span.set_attribute(KeyValue::new("error.type", *outcome));
            span.set_status(Status::error(""));
        }
        span.end_with_timestamp(now());
    }
}

/// A method that has a name in the conventions. Others are text of the client.
fn known(method: &str) -> &'static str {
    let known = [
        "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "QUERY",
    ];
    known.into_iter().find(|name| *name == method).unwrap_or("_OTHER")
}

fn before(end: SystemTime, elapsed: Duration) -> SystemTime {
    end.checked_sub(elapsed).unwrap_or(end)
}
