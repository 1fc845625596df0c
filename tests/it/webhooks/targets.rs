//! Endpoints that cannot be reached, or must not be.

use api::webhooks::{Endpoint, WebhookConfig, parse_url};
use browser::Port;
use tests::{Database, Receiver, TestCore, on_both_databases};

use super::{deliver, delivery, disabled, enqueue};

/// The outcome of an attempt to reach a URL.
async fn outcome(database: &Database, url: &str, allow_private: bool) -> String {
    let config = WebhookConfig {
        endpoints: vec![Endpoint::new(parse_url(url).expect(url), Vec::new())],
        allow_private,
        ..WebhookConfig::default()
    };
    let core = TestCore::with_webhooks(database, config).await;
    enqueue(&core, disabled(1)).await;
    assert!(deliver(&core).await);
    let row = delivery(&core).await;
    assert!(row.due_at.is_some(), "{row:?}");
    row.outcome.expect("an outcome")
}

#[on_both_databases]
async fn closed_port_is_a_failure(database: Database) {
    let port = Port::reserve();
    let outcome = outcome(&database, &format!("http://{}", port.address()), true).await;
    assert_eq!(outcome, "cannot connect: connection refused");
}

#[on_both_databases]
async fn endpoint_without_tls_is_a_failure(database: Database) {
    let receiver = Receiver::start().await;
    let url = receiver.url().replace("http://", "https://");
    let outcome = outcome(&database, &url, true).await;
    assert!(outcome.starts_with("TLS: "), "{outcome}");
    assert!(receiver.received().is_empty());
}

#[on_both_databases]
async fn private_endpoint_gets_no_request(database: Database) {
    let receiver = Receiver::start().await;
    let url = receiver.url().replace("127.0.0.1", "localhost");
    let outcome = outcome(&database, &url, false).await;
    assert_eq!(
        outcome,
        "the address of the host is not public; WEBHOOK_ALLOW_PRIVATE=true allows it"
    );
    assert!(receiver.received().is_empty());
}
