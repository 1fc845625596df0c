//! What an endpoint receives.

use std::time::Duration;

use api::webhooks::{Event, EventKind};
use entity::{HiddenText, webhook_delivery};
use reqwest::Method;
use standardwebhooks::Webhook;
use tests::{
    Database, ManualClock, OTHER_WEBHOOK_KEY, PASSWORD, Received, Receiver, TestApp, TestCore, WEBHOOK_KEY, count,
    eventually, on_both_databases,
};

use super::{deleted, deliver, delivery, disabled, enqueue, one_event, user_id};

/// The signature that the library of the specification makes.
fn signature(sent: &Received, key: &str) -> String {
    let webhook = Webhook::new(key).expect("a key");
    let timestamp = sent.header("webhook-timestamp").parse().expect("a number");
    let signature = webhook.sign(sent.header("webhook-id"), timestamp, sent.body.as_bytes());
    signature.expect("text")
}

#[on_both_databases]
async fn activation_is_reported_once(database: Database) {
    let receiver = Receiver::start().await;
    let core = TestCore::with_webhooks(&database, receiver.config()).await;
    let id = core.create_user("ada@example.com").await;
    core.advance(1);
    assert!(deliver(&core).await);
    assert!(!deliver(&core).await);
    let [sent] = &receiver.received()[..] else {
        panic!("one webhook")
    };
    assert_eq!(sent.target, "/hooks?from=tests");
    let body = format!(
        r#"{{"type":"user.activated","timestamp":"2026-01-04T12:00:00.000Z","data":{{"id":"{id}","email":"ada@example.com"}}}}"#
    );
    assert_eq!(sent.body, body);
    assert_eq!(sent.header("content-type"), "application/json");
    assert_eq!(sent.header("webhook-timestamp"), "1767528001");
    assert_eq!(sent.header("webhook-id"), delivery(&core).await.id.to_string());
    assert_eq!(sent.header("webhook-signature"), signature(sent, WEBHOOK_KEY));
    let url = receiver.url();
    let host = url.trim_start_matches("http://").split('/').next();
    assert_eq!(Some(sent.header("host")), host);
    let row = delivery(&core).await;
    assert_eq!((row.due_at, row.outcome.as_deref()), (None, Some("204")));
    assert!(row.delivered_at.is_some());
}

#[on_both_databases]
async fn every_event_has_its_type(database: Database) {
    let receiver = Receiver::start().await;
    let core = TestCore::with_webhooks(&database, receiver.config()).await;
    let (id, email) = (user_id(1), HiddenText("ada@example.com".to_owned()));
    let events = [
        EventKind::UserActivated,
        EventKind::UserEmailChanged,
        EventKind::UserPasswordChanged,
        EventKind::UserDisabled,
        EventKind::UserEnabled,
    ];
    for event in events {
        enqueue(&core, Event::new(event, id, &email)).await;
        assert!(deliver(&core).await);
        core.advance(1);
    }
    enqueue(&core, deleted(id)).await;
    assert!(deliver(&core).await);
    let types = [
        "user.activated",
        "user.email_changed",
        "user.password_changed",
        "user.disabled",
        "user.enabled",
        "user.deleted",
    ];
    assert_eq!(receiver.events(), types);
    for (index, sent) in receiver.received().iter().enumerate() {
        let data = &sent.json()["data"];
        assert_eq!(data["id"], id.to_string());
        assert_eq!(data["email"].is_string(), types[index] != "user.deleted", "{data}");
        assert_eq!(sent.header("webhook-signature"), signature(sent, WEBHOOK_KEY));
    }
}

#[on_both_databases]
async fn two_keys_sign_while_they_are_rotated(database: Database) {
    let receiver = Receiver::start().await;
    for keys in [
        &[WEBHOOK_KEY][..],
        &[WEBHOOK_KEY, OTHER_WEBHOOK_KEY],
        &[OTHER_WEBHOOK_KEY],
    ] {
        let mut config = receiver.config();
        config.endpoints = vec![receiver.endpoint(keys)];
        let core = TestCore::with_webhooks(&database, config).await;
        enqueue(&core, disabled(1)).await;
        assert!(deliver(&core).await);
        let sent = receiver.received().pop().expect("a webhook");
        let signatures: Vec<_> = keys.iter().map(|key| signature(&sent, key)).collect();
        assert_eq!(sent.header("webhook-signature"), signatures.join(" "));
    }
}

#[on_both_databases]
async fn server_delivers_at_once(database: Database) {
    let receiver = Receiver::start().await;
    let app = TestApp::with(&database, |app| {
        app.clock = ManualClock::at_present();
        app.webhooks = receiver.config();
    })
    .await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    eventually("the event arrives", async || receiver.received().len() == 1).await;
    let sent = receiver.received().remove(0);
    let webhook = Webhook::new(WEBHOOK_KEY).expect("a key");
    let verified = webhook.verify(sent.body.as_bytes(), &sent.headers);
    verified.expect("the signature is valid");
    let forged = webhook.verify(sent.body.replace("ada", "eve").as_bytes(), &sent.headers);
    assert!(forged.is_err());
    eventually("the delivery is counted", async || {
        let metrics = app.request(Method::GET, "/metrics").send().await;
        let metrics = metrics.expect("an answer").text().await.expect("text");
        metrics.contains("webhooks_delivered_total 1\n")
    })
    .await;
}

#[on_both_databases]
async fn event_of_another_server_is_noticed(database: Database) {
    let (core, receiver) = one_event(&database).await;
    let app = TestApp::with(&database, |app| {
        app.clock = core.clock.clone();
        app.webhooks = receiver.config();
    })
    .await;
    eventually("the first event arrives", async || receiver.received().len() == 1).await;
    // Nobody notifies the worker of the server.
    enqueue(&core, disabled(2)).await;
    eventually("the second event arrives", async || {
        // While a task works, no time passes: after three days the event would be given up.
        if app.clock.sleepers() == crate::clock::TASKS + 1 {
            app.clock.advance(Duration::from_secs(5));
        }
        receiver.received().len() == 2
    })
    .await;
}

#[on_both_databases]
async fn rolled_back_event_is_not_owed(database: Database) {
    let (core, receiver) = one_event(&database).await;
    let transaction = api::database::begin(&core.app.db).await.expect("a transaction");
    let now = api::clock::Clock::now(&core.clock);
    let enqueued = core.app.webhooks.enqueue(&transaction, now, disabled(2)).await;
    enqueued.expect("the database answers");
    transaction.rollback().await.expect("the transaction rolls back");
    assert!(deliver(&core).await);
    assert!(!deliver(&core).await);
    assert_eq!(receiver.received().len(), 1);
}

#[on_both_databases]
async fn without_endpoint_nothing_is_owed(database: Database) {
    let core = TestCore::start(&database).await;
    core.create_user("ada@example.com").await;
    assert_eq!(core.count::<webhook_delivery::Entity>().await, 0);
    assert!(core.webhook_workers().is_empty());
    let app = TestApp::start(&database).await;
    app.register_and_activate("bob@example.com", PASSWORD).await;
    assert_eq!(count::<webhook_delivery::Entity>(app.db()).await, 0);
}
