//! The queue of spans on their way to the collector. It is bounded: spans beyond it are dropped and counted.
//!
//! A thread of the SDK takes spans from it, in batches. So a collector that is slow, or down, delays no request.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_otlp::{Protocol, SpanExporter as OtlpExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, Span, SpanData, SpanExporter, SpanProcessor};

use super::client::Client;
use super::config::TracesConfig;
use crate::clock::SharedClock;
use crate::metrics::{DROPPED, EXPORTED, FAILED, Metrics};
use crate::start_error::StartError;

/// How many spans may wait: about 2 MB.
const QUEUE: usize = 2_048;

/// How many spans are sent at once.
const BATCH: usize = 512;

/// How long a span waits for others.
const DELAY: Duration = Duration::from_secs(5);

/// What spans go through when they end.
pub(super) fn processor(
    config: &TracesConfig,
    clock: SharedClock,
    metrics: &Metrics,
) -> Result<impl SpanProcessor + 'static, StartError> {
    let exporter = OtlpExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(config.traces_url().to_string())
        .with_timeout(config.timeout)
        .with_http_client(Client::new(config, clock))
        .build()
        .map_err(|error| StartError::Traces(error.to_string()))?;
    let queued = Arc::new(AtomicUsize::new(0));
    let exporter = CountingExporter {
        exporter,
        queued: queued.clone(),
        metrics: metrics.clone(),
    };
    let batch = BatchConfigBuilder::default()
        .with_max_queue_size(QUEUE)
        .with_max_export_batch_size(BATCH)
        .with_scheduled_delay(DELAY);
    let batches = BatchSpanProcessor::builder(exporter).with_batch_config(batch.build());
    Ok(BoundedQueue {
        batches: batches.build(),
        queued,
        metrics: metrics.clone(),
    })
}

/// The queue of the SDK does not tell what it drops. This bound is the same, so that one never overflows.
#[derive(Debug)]
struct BoundedQueue {
    batches: BatchSpanProcessor,
    queued: Arc<AtomicUsize>,
    metrics: Metrics,
}

impl SpanProcessor for BoundedQueue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.queued.fetch_add(1, Ordering::Relaxed) < QUEUE {
            self.batches.on_end(span);
        } else {
            self.queued.fetch_sub(1, Ordering::Relaxed);
            self.metrics.count_spans(DROPPED, 1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.batches.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.batches.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.batches.set_resource(resource);
    }
}

/// Sends batches, and counts what becomes of the spans.
#[derive(Debug)]
struct CountingExporter {
    exporter: OtlpExporter,
    queued: Arc<AtomicUsize>,
    metrics: Metrics,
}

impl SpanExporter for CountingExporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        self.queued.fetch_sub(spans, Ordering::Relaxed);
        let exported = self.exporter.export(batch).await;
        let outcome = if exported.is_ok() { EXPORTED } else { FAILED };
        self.metrics.count_spans(outcome, spans);
        exported
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::DatabaseBackend;
    use tokio::net::TcpListener;

    use super::super::Traces;
    use super::*;
    use crate::clock::SystemClock;

    #[tokio::test]
    async fn spans_beyond_the_queue_are_dropped_and_counted() {
        // Accepts a connection, and answers nothing.
        let collector = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = collector.local_addr().expect("an address");
        let mut config = TracesConfig::new(format!("http://{address}").parse().expect("a URL"));
        config.timeout = Duration::from_mins(10);
        let (metrics, clock) = (Metrics::new(), Arc::new(SystemClock));
        let traces = Traces::start(Some(&config), DatabaseBackend::Sqlite, clock, &metrics).expect("a valid URL");
        for _ in 0..BATCH + QUEUE + 100 {
            traces
                .begin_send(None, || "email registration".to_owned())
                .end(Vec::new, None);
        }
        let count = |outcome| metrics.spans.get_or_create(&[("outcome", outcome)]).get();
        assert!(count(DROPPED) >= 100, "{}", count(DROPPED));
        assert_eq!(count(EXPORTED) + count(FAILED), 0);
        // Its end would wait for the collector.
        std::mem::forget(traces);
    }
}
