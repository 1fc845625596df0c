//! Traces over OTLP.

mod collectors;
mod parents;
mod secrets;
mod spans;

use serde_json::json;
use tests::{Client, Collector, Database, ReceivedSpan, TestApp, TestAppBuilder};

/// A server that sends every trace to a collector.
async fn traced(database: &Database, change: impl FnOnce(&mut TestAppBuilder)) -> (TestApp, Collector) {
    let collector = Collector::start().await;
    let app = TestApp::with(database, |app| {
        app.traces = Some(collector.config());
        change(app);
    });
    (app.await, collector)
}

/// Asks for the policy, with headers `traceparent`.
async fn ask(client: &Client, parents: &[&str]) {
    let mut request = client.request(reqwest::Method::POST, "/graphql");
    for parent in parents {
        request = request.header("traceparent", *parent);
    }
    let body = json!({ "query": "{registrationPolicy{passwordMinLength}}" });
    let answer = request.json(&body).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
}

/// The only span with a name.
fn only<'a>(spans: &'a [ReceivedSpan], name: &str) -> &'a ReceivedSpan {
    let found: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
    assert_eq!(found.len(), 1, "{name} in {spans:#?}");
    found[0]
}

/// The spans whose parent is this one.
fn children<'a>(spans: &'a [ReceivedSpan], parent: &ReceivedSpan) -> Vec<&'a ReceivedSpan> {
    let [trace, id, _] = &parent.ids;
    let is_child = |span: &&ReceivedSpan| span.ids[0] == *trace && span.ids[2] == *id;
    spans.iter().filter(is_child).collect()
}
