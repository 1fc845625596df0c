use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All metrics of a registry in the `OpenMetrics` text format, which Prometheus reads.
#[must_use]
pub fn metrics_response(registry: &Registry) -> Response {
    let mut text = String::new();
    match encode(&mut text, registry) {
        Ok(()) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use prometheus_client::metrics::counter::Counter;

    use super::*;

    #[tokio::test]
    async fn response_is_open_metrics_text() {
        let mut registry = Registry::with_prefix("test");
        let counter: Counter = Counter::default();
        registry.register("events", "Events", counter.clone());
        counter.inc_by(2);
        let response = metrics_response(&registry);
        assert_eq!(response.headers()[header::CONTENT_TYPE], OPEN_METRICS);
        let body = to_bytes(response.into_body(), 1_000).await.expect("a body");
        let text = "# HELP test_events Events.\n# TYPE test_events counter\ntest_events_total 2\n# EOF\n";
        assert_eq!(body, text);
    }
}
