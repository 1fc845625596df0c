//! What does not count as a delivery, and when it is tried again.

use std::time::Duration;

use entity::webhook_delivery;
use sea_orm::EntityTrait;
use tests::{Database, Receiver, Reply, TestCore, eventually, on_both_databases};

use super::{deliver, delivery, due_in, enqueue, one_event};
use crate::seconds;

const HOUR: u128 = 60 * 60 * 1_000;

async fn outcome(core: &TestCore) -> String {
    delivery(core).await.outcome.expect("an outcome")
}

#[on_both_databases]
async fn refused_webhook_is_retried(database: Database) {
    for status in [500, 503, 404, 429, 400, 301, 304] {
        let (core, receiver) = one_event(&database).await;
        receiver.reply([Reply::Status(status)]);
        assert!(deliver(&core).await);
        assert!(outcome(&core).await.starts_with(&status.to_string()));
        let pause = due_in(&core).await.expect("it is pending");
        assert!((5_000..=6_000).contains(&pause), "{pause}");
        core.advance(4);
        assert!(!deliver(&core).await, "the retry is not due yet");
        core.advance(2);
        assert!(deliver(&core).await);
        let sent = receiver.received();
        assert_eq!(sent.len(), 2);
        assert_eq!(sent[0].header("webhook-id"), sent[1].header("webhook-id"));
        assert_eq!(sent[0].body, sent[1].body);
        assert_ne!(sent[0].header("webhook-timestamp"), sent[1].header("webhook-timestamp"));
        assert_ne!(sent[0].header("webhook-signature"), sent[1].header("webhook-signature"));
        assert_eq!(outcome(&core).await, "204");
        webhook_delivery::Entity::delete_many()
            .exec(&core.app.db)
            .await
            .expect("the database answers");
        core.app.db.close().await.expect("the database closes");
    }
}

#[on_both_databases]
async fn redirect_is_not_followed(database: Database) {
    let (core, receiver) = one_event(&database).await;
    let other = Receiver::start().await;
    receiver.reply([Reply::Header(307, "location", other.url())]);
    assert!(deliver(&core).await);
    assert!(other.received().is_empty());
    assert_eq!(outcome(&core).await, "307: redirects are not followed");
}

#[on_both_databases]
async fn endpoint_has_20_seconds(database: Database) {
    let (core, receiver) = one_event(&database).await;
    receiver.reply([Reply::Hang]);
    let worker = core.webhook_workers().remove(0);
    let delivering = tokio::spawn(async move { worker.deliver_next().await });
    eventually("the endpoint has the request", async || receiver.received().len() == 1).await;
    core.clock.advance(Duration::from_millis(19_999));
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert!(!delivering.is_finished());
    core.clock.advance(Duration::from_millis(1));
    eventually("the attempt ends", async || delivering.is_finished()).await;
    let delivered = delivering.await.expect("no panic");
    assert_eq!(delivered, Ok(true));
    assert_eq!(outcome(&core).await, "no answer within 20 seconds");
    core.advance(6);
    assert!(deliver(&core).await);
    assert_eq!(outcome(&core).await, "204");
}

#[on_both_databases]
async fn endpoint_asks_for_a_pause(database: Database) {
    for (asked, hours) in [
        ("7200", 2),
        ("Sun, 04 Jan 2026 15:00:00 GMT", 3),
        // A day at most.
        ("99999999", 24),
    ] {
        let (core, receiver) = one_event(&database).await;
        receiver.reply([Reply::Header(503, "retry-after", asked.to_owned())]);
        assert!(deliver(&core).await);
        assert_eq!(due_in(&core).await, Some(hours * HOUR), "{asked}");
        webhook_delivery::Entity::delete_many()
            .exec(&core.app.db)
            .await
            .expect("the database answers");
        core.app.db.close().await.expect("the database closes");
    }
}

#[on_both_databases]
async fn webhook_is_given_up_after_three_days(database: Database) {
    let (core, receiver) = one_event(&database).await;
    receiver.reply(vec![Reply::Status(500); 20]);
    let mut elapsed = Duration::ZERO;
    while let Some(pause) = due_in(&core).await {
        let pause = Duration::from_millis(u64::try_from(pause).expect("a pause"));
        core.clock.advance(pause);
        elapsed += pause;
        assert!(deliver(&core).await, "after {elapsed:?}");
    }
    assert_eq!(elapsed, seconds(3 * 24 * 60 * 60));
    let attempts = receiver.received().len();
    assert!((10..=11).contains(&attempts), "{attempts}");
    let row = delivery(&core).await;
    assert_eq!((row.delivered_at, row.outcome.as_deref()), (None, Some("500")));
    let metrics = &core.app.metrics;
    assert_eq!(metrics.webhooks_given_up.get(), 1);
    assert_eq!(
        metrics.webhooks_retried.get(),
        u64::try_from(attempts - 1).expect("few")
    );
    core.advance(24 * 60 * 60);
    assert!(!deliver(&core).await);
}

#[on_both_databases]
async fn gone_endpoint_gets_nothing_more(database: Database) {
    let (core, receiver) = one_event(&database).await;
    receiver.reply([Reply::Status(410)]);
    assert!(deliver(&core).await);
    core.advance(24 * 60 * 60);
    enqueue(&core, super::disabled(2)).await;
    assert!(!deliver(&core).await);
    assert_eq!(receiver.received().len(), 1);
    assert_eq!(super::deliveries(&core).await.len(), 2, "both are pending");

    // Another URL is another endpoint.
    let other = Receiver::start().await;
    let core = TestCore::with_webhooks(&database, other.config()).await;
    enqueue(&core, super::disabled(3)).await;
    assert!(deliver(&core).await);
    assert_eq!(other.received().len(), 1);
}
