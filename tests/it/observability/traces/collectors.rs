//! Collectors that fail, and the settings of the real binary.

use std::time::Duration;

use serde_json::Value;
use tests::{Collector, Database, Installation, PASSWORD, TestApp, eventually};

use super::super::metrics::read;
use super::{ask, only};
use crate::seconds;

/// The lines of the log with a message.
fn lines_of(lines: &[String], message: &str) -> Vec<Value> {
    let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["message"] == message).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn collector_that_never_answers_holds_up_neither_requests_nor_the_stop() {
    let collector = Collector::answering(None).await;
    let app = TestApp::with(&Database::sqlite(), |app| {
        let mut config = collector.config();
        config.timeout = Duration::from_mins(10);
        app.traces = Some(config);
    })
    .await;
    // More than a batch, so that the exporter waits for an answer.
    for _ in 0..600 {
        ask(&app, &[]).await;
    }
    eventually("the first batch", async || collector.requests() == 1).await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    let stopped = tokio::time::timeout(seconds(30), app.stop()).await;
    stopped.expect("the server stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_that_a_collector_refuses_are_counted() {
    let collector = Collector::answering(Some(400)).await;
    let app = TestApp::with(&Database::sqlite(), |app| app.traces = Some(collector.config())).await;
    for _ in 0..512 {
        ask(&app, &[]).await;
    }
    let counted = "trace_spans_total{outcome=\"failed\"} 512";
    eventually("the batch", async || read(&app).await.contains(counted)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failing_collector_is_one_line_of_the_log() {
    let database = Database::sqlite();
    let installation = Installation::on(database.url())
        .await
        .with("LOG_FORMAT", "json")
        // Nobody listens there.
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
        .with("OTEL_EXPORTER_OTLP_HEADERS", "api-key=hunter2");
    let (process, client) = installation.start().await;
    ask(&client, &[]).await;
    let (status, lines) = process.stop("TERM").await;
    assert_eq!(status, Some(0), "{lines:#?}");
    let warnings = lines_of(&lines, "cannot send traces; check OTEL_EXPORTER_OTLP_ENDPOINT");
    assert_eq!(warnings.len(), 1, "{lines:#?}");
    assert_eq!(warnings[0]["reason"], "cannot connect: connection refused");
    assert!(!lines.iter().any(|line| line.contains("hunter2")), "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_have_the_names_of_the_specification() {
    let collector = Collector::start().await;
    let database = Database::sqlite();
    let installation = Installation::on(database.url())
        .await
        .with("LOG_FORMAT", "json")
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url())
        .with("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20key")
        .with("OTEL_SERVICE_NAME", "accounts")
        .with(
            "OTEL_RESOURCE_ATTRIBUTES",
            "service.name=other,deployment.environment.name=staging",
        );
    let (process, client) = installation.start().await;
    client
        .sign_in("ada@example.com", PASSWORD)
        .await
        .fails_with("INVALID_CREDENTIALS");
    let (_, lines) = process.stop("TERM").await;
    assert_eq!(collector.headers()["api-key"], "a key");
    let resource = collector.resource();
    assert_eq!(resource["service.name"], "accounts");
    assert_eq!(resource["deployment.environment.name"], "staging");
    assert!(resource["service.version"].starts_with(env!("CARGO_PKG_VERSION")));
    // An operator finds the trace of a line.
    let requests = lines_of(&lines, "request");
    let trace = requests[0]["span"]["trace_id"].as_str();
    assert_eq!(
        trace,
        Some(only(&collector.spans(), "signIn").ids[0].as_str()),
        "{lines:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sampler_decides_which_requests_are_traced() {
    for (sampler, share, traced) in [
        ("always_on", "0", true),
        ("always_off", "1", false),
        ("traceidratio", "0", false),
        ("parentbased_traceidratio", "1", true),
        ("parentbased_always_off", "1", false),
    ] {
        let collector = Collector::start().await;
        let database = Database::sqlite();
        let installation = Installation::on(database.url())
            .await
            .with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url())
            .with("OTEL_TRACES_SAMPLER", sampler)
            .with("OTEL_TRACES_SAMPLER_ARG", share);
        let (process, client) = installation.start().await;
        ask(&client, &[]).await;
        process.stop("TERM").await;
        assert_eq!(collector.requests() > 0, traced, "{sampler}");
    }
}
