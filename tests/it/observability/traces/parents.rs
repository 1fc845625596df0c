//! W3C Trace Context of requests.

use tests::{Database, TestApp};

use super::{ask, only, traced};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn request_continues_the_trace_of_its_client() {
    let (app, collector) = traced(&Database::sqlite(), |_| {}).await;
    ask(&app, &[&format!("00-{TRACE}-{SPAN}-01")]).await;
    app.stop().await;
    let span = only(&collector.spans(), "registrationPolicy").clone();
    let [trace, id, parent] = &span.ids;
    assert_eq!((trace.as_str(), parent.as_str()), (TRACE, SPAN));
    assert_ne!(id, SPAN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn request_with_an_invalid_parent_begins_a_trace() {
    let (app, collector) = traced(&Database::sqlite(), |_| {}).await;
    let valid = format!("00-{TRACE}-{SPAN}-01");
    ask(&app, &[]).await;
    ask(&app, &[&format!("00-{TRACE}-{SPAN}-01-")]).await;
    ask(&app, &[&format!("00-{TRACE}-0000000000000000-01")]).await;
    ask(&app, &["hunter2"]).await;
    ask(&app, &[&valid, &valid]).await;
    app.stop().await;
    let spans = collector.spans();
    assert_eq!(spans.len(), 5, "{spans:#?}");
    for span in spans {
        let [trace, _, parent] = &span.ids;
        assert!(trace != TRACE && parent.is_empty(), "{span:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn request_whose_client_is_not_sampled_is_not_traced() {
    let (app, collector) = traced(&Database::sqlite(), |_| {}).await;
    ask(&app, &[&format!("00-{TRACE}-{SPAN}-00")]).await;
    app.stop().await;
    assert_eq!(collector.requests(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_paths_are_not_traced() {
    let (app, collector) = traced(&Database::sqlite(), |_| {}).await;
    for path in ["/livez", "/readyz", "/metrics", "/hunter2"] {
        let sent = app.request(reqwest::Method::GET, path).send().await;
        sent.expect("an answer");
    }
    app.stop().await;
    assert_eq!(collector.requests(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_collector_a_webhook_has_no_parent() {
    let receiver = tests::Receiver::start().await;
    let app = TestApp::with(&Database::sqlite(), |app| app.webhooks = receiver.config()).await;
    app.register_and_activate("ada@example.com", tests::PASSWORD).await;
    tests::eventually("the webhook", async || !receiver.received().is_empty()).await;
    assert_eq!(receiver.received()[0].headers.get("traceparent"), None);
}
