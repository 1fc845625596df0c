//! Several workers, and workers that die.

use std::collections::HashSet;

use api::webhooks::WebhookConfig;
use sea_orm::ConnectionTrait;
use standardwebhooks::Webhook;
use tests::{
    Database, Installation, PASSWORD, Receiver, Reply, StatementLog, TestApp, TestCore, WEBHOOK_KEY, eventually,
    generic_plan, on_both_databases,
};

use super::{deliver, delivery, disabled, enqueue, one_event, wait_until_all_are_recorded};

#[on_both_databases]
async fn webhook_of_a_dead_worker_is_sent_by_another(database: Database) {
    let (core, receiver) = one_event(&database).await;
    let claim = core.webhook_workers()[0].claim().await;
    assert!(claim.expect("the database answers").is_some());
    core.advance(29);
    assert!(!deliver(&core).await, "the lease holds");
    core.advance(1);
    assert!(deliver(&core).await);
    assert_eq!(receiver.received().len(), 1);
}

#[on_both_databases]
async fn expired_lease_records_nothing(database: Database) {
    let (core, receiver) = one_event(&database).await;
    let worker = core.webhook_workers().remove(0);
    let claim = worker.claim().await.expect("the database answers").expect("it is due");
    core.advance(30);
    assert!(deliver(&core).await);
    let recorded = delivery(&core).await;
    assert!(recorded.delivered_at.is_some());
    receiver.reply([Reply::Status(500)]);
    worker.deliver_claimed(claim).await.expect("the database answers");
    assert_eq!(delivery(&core).await, recorded);
    assert!(!deliver(&core).await);
}

#[on_both_databases]
async fn new_event_is_sent_before_failing_ones(database: Database) {
    let receiver = Receiver::start().await;
    let core = TestCore::with_webhooks(&database, receiver.config()).await;
    receiver.reply(vec![Reply::Status(500); 5]);
    for number in 0..5 {
        enqueue(&core, disabled(number)).await;
        assert!(deliver(&core).await);
    }
    core.advance(60);
    enqueue(&core, disabled(9)).await;
    core.advance(1);
    assert!(deliver(&core).await);
    let newest = receiver.received().pop().expect("a webhook");
    assert_eq!(newest.json()["data"]["email"], "user9@example.com");
}

#[on_both_databases]
async fn replicas_share_the_webhooks(database: Database) {
    let receiver = Receiver::start().await;
    let core = TestCore::with_webhooks(&database, receiver.config()).await;
    for number in 0..40 {
        enqueue(&core, disabled(number)).await;
    }
    let replica = || {
        TestApp::with(&database, |app| {
            app.clock = core.clock.clone();
            app.webhooks = receiver.config();
        })
    };
    let (_first, _second) = tokio::join!(replica(), replica());
    wait_until_all_are_recorded(&core.app.db).await;
    let sent = receiver.received();
    let ids: HashSet<_> = sent.iter().map(|one| one.header("webhook-id")).collect();
    assert_eq!((sent.len(), ids.len()), (40, 40));
}

#[on_both_databases]
async fn silent_endpoint_does_not_delay_others(database: Database) {
    let (silent, quick) = (Receiver::start().await, Receiver::start().await);
    silent.reply(vec![Reply::Hang; 20]);
    let config = WebhookConfig {
        endpoints: vec![silent.endpoint(&[WEBHOOK_KEY]), quick.endpoint(&[WEBHOOK_KEY])],
        ..silent.config()
    };
    let core = TestCore::with_webhooks(&database, config.clone()).await;
    for number in 0..20 {
        enqueue(&core, disabled(number)).await;
    }
    let app = TestApp::with(&database, |app| {
        app.clock = core.clock.clone();
        app.webhooks = config;
    })
    .await;
    eventually("the other endpoint has every event", async || {
        quick.received().len() == 20 && silent.received().len() >= 4
    })
    .await;
    assert_eq!(silent.received().len(), 4, "its share of the connections");
    // So that the server can stop.
    app.clock.advance(crate::seconds(20));
}

/// The process is killed while the endpoint handles the event, then started again.
#[on_both_databases]
async fn event_survives_sigkill(database: Database) {
    let receiver = Receiver::start().await;
    receiver.reply([Reply::Hang]);
    let installation = Installation::on(database.url())
        .await
        .with("WEBHOOK_URL", &receiver.url())
        .with("WEBHOOK_SECRET", WEBHOOK_KEY)
        .with("WEBHOOK_ALLOW_PRIVATE", "true");
    let (api, client) = installation.start().await;
    let registered = client.register("ada@example.com", PASSWORD).await;
    let token = registered.verification_token();
    let mailbox = installation.mailer.mailbox();
    let mail = mailbox.wait_for("ada@example.com", None, crate::seconds(20)).await;
    let code = mail.expect("an email").codes[0].clone();
    client.activate_with_token(&token, &code).await.succeeds();
    eventually("the endpoint has the event", async || receiver.received().len() == 1).await;
    api.kill().await;

    let (mut api, _) = installation.start().await;
    // As if the lease had ended. Not before the start: a line that comes before the server listens is not seen here.
    let db = api::database::connect(database.url())
        .await
        .expect("the database opens");
    let ended = db.execute_unprepared("UPDATE webhook_deliveries SET due_at = 1").await;
    ended.expect("the database answers");
    db.close().await.expect("the database closes");
    let line = api.line_with("webhook delivered").await;
    assert!(line.contains("user.activated") && line.contains("127.0.0.1"), "{line}");
    assert!(!line.contains("/hooks") && !line.contains("ada@"), "{line}");
    let sent = receiver.received();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].header("webhook-id"), sent[1].header("webhook-id"));
    let webhook = Webhook::new(WEBHOOK_KEY).expect("a key");
    for one in &sent {
        let verified = webhook.verify(one.body.as_bytes(), &one.headers);
        verified.expect("the signature is valid");
    }
}

mod postgres {
    use super::*;

    /// Planned for an almost empty table, as by a server before its receiver fails for long.
    #[tokio::test]
    async fn claim_reads_a_backlog_in_the_order_of_its_index() {
        let receiver = Receiver::start().await;
        let mut core = TestCore::with_webhooks(&Database::postgres().await, receiver.config()).await;
        enqueue(&core, disabled(1)).await;
        let analyzed = core.app.db.execute_unprepared("ANALYZE webhook_deliveries").await;
        analyzed.expect("it is analyzed");
        let log = StatementLog::default();
        log.record(&mut core.app.db);
        assert!(deliver(&core).await);
        let claim = log.take().into_iter().find(|sql| sql.contains("candidates"));
        let claim = claim.expect("a claim");
        let plan = generic_plan(&core.app.db, &claim, "'', 0, 1, gen_random_uuid(), 1").await;
        let uses = |text: &str| plan.iter().any(|line| line.contains(text));
        assert!(
            uses("Index Scan using webhook_deliveries_attempts_due_at_id"),
            "{plan:#?}"
        );
        assert!(!uses("Sort") && !uses("Seq Scan on webhook_deliveries"), "{plan:#?}");
    }
}
