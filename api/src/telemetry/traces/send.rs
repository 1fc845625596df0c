//! The span of an email or a webhook that is sent.

use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use super::active::now;
use super::parent;

/// An attempt to send something; nothing without a collector.
pub(crate) struct SendSpan(pub(super) Option<Context>);

impl SendSpan {
    /// The header `traceparent` that makes what the receiver does a part of this trace.
    pub(crate) fn traceparent(&self) -> Option<String> {
        let context = self.0.as_ref()?;
        Some(parent::format(context.span().span_context()))
    }

    /// Ends the span. `problem` is our own text about why it was not sent.
    pub(crate) fn end(self, attributes: impl FnOnce() -> Vec<KeyValue>, problem: Option<&str>) {
        let Some(context) = self.0 else { return };
        let span = context.span();
        if span.is_recording() {
            span.set_attributes(attributes());
            if let Some(problem) = problem {
                span.set_attribute(KeyValue::new("error.type", "_OTHER"));
                span.set_status(Status::error(problem.to_owned()));
            }
        }
        span.end_with_timestamp(now());
    }
}
