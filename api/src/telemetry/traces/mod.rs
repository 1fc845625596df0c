//! Traces for an OpenTelemetry collector, over OTLP.
//!
//! The code that handles a request already measures its cost. So a span is created when its work ends, from the
//! measured time. Without a collector there is nothing but the check whether there is one.

mod active;
mod client;
#[cfg(test)]
mod client_tests;
mod config;
mod export;
mod parent;
mod request;
mod send;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::{SpanBuilder, SpanKind, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, InstrumentationScope, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use sea_orm::DatabaseBackend;

use self::active::Active;
pub use self::config::TracesConfig;
pub(crate) use self::request::{EndedTrace, RequestTrace};
use self::send::SendSpan;
use crate::clock::SharedClock;
use crate::metrics::Metrics;
use crate::start_error::StartError;

/// How long a stop waits for the collector to take the last spans.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(3);

/// Where spans go: nowhere by default. Clones share it.
#[derive(Clone, Default)]
pub struct Traces(Option<Arc<Active>>);

impl Traces {
    /// Prepares to send spans, on the current runtime. Does not connect yet.
    ///
    /// # Errors
    /// When the exporter rejects the URL of the collector.
    pub(crate) fn start(
        config: Option<&TracesConfig>,
        database: DatabaseBackend,
        clock: SharedClock,
        metrics: &Metrics,
    ) -> Result<Self, StartError> {
        let Some(config) = config else {
            return Ok(Self::default());
        };
        let provider = SdkTracerProvider::builder()
            .with_sampler(config.sampler.clone())
            .with_resource(resource(config))
            .with_span_processor(export::processor(config, clock, metrics)?)
            .build();
        let scope = InstrumentationScope::builder("api").with_version(env!("CARGO_PKG_VERSION"));
        Ok(Self(Some(Arc::new(Active {
            tracer: provider.tracer_with_scope(scope.build()),
            provider,
            database: match database {
                DatabaseBackend::Postgres => "postgresql",
                _ => "sqlite",
            },
        }))))
    }

    /// Begins the span of a request. `traceparent` is the header of the client. `None` if the request is not traced.
    pub(crate) fn begin_request<'a>(&self, traceparent: impl FnOnce() -> Option<&'a [u8]>) -> Option<RequestTrace> {
        let active = self.0.as_ref()?;
        let builder = SpanBuilder::from_name("request").with_kind(SpanKind::Server);
        let span = active
            .tracer
            .build_with_context(builder, &parent::context(traceparent()));
        RequestTrace::of(active.clone(), Context::new().with_span(span))
    }

    /// Begins the span of something that a worker sends, in the trace of the request that caused it if that was traced.
    /// The name is one of a few.
    pub(crate) fn begin_send(&self, traceparent: Option<&str>, name: impl FnOnce() -> String) -> SendSpan {
        SendSpan(self.0.as_ref().map(|active| {
            let builder = SpanBuilder::from_name(name()).with_kind(SpanKind::Client);
            let parent = parent::context(traceparent.map(str::as_bytes));
            let span = active.tracer.build_with_context(builder, &parent);
            Context::new().with_span(span)
        }))
    }

    /// Sends the last spans, and waits for that a short while.
    pub(crate) async fn stop(self) {
        let Some(active) = self.0 else { return };
        let stopped = tokio::task::spawn_blocking(move || active.provider.shutdown_with_timeout(FLUSH_TIMEOUT));
        if let Ok(Err(_)) = stopped.await {
            tracing::warn!("timed out sending the last spans");
        }
    }
}

/// What sends the spans.
fn resource(config: &TracesConfig) -> Resource {
    let attributes = config.attributes.iter().cloned();
    Resource::builder()
        .with_service_name("api")
        .with_attribute(KeyValue::new("service.version", build_info::VERSION))
        .with_attributes(attributes.map(|(name, value)| KeyValue::new(name, value)))
        .build()
}
