//! `api webhooks`.

use std::sync::Arc;

use api::commands::webhooks::{self, Since, WebhookCommand, WebhookCommandError};
use api::random::SystemRandom;
use api::webhooks::WebhookConfig;
use sea_orm::prelude::Uuid;
use tests::{Database, Installation, Process, Receiver, Reply, TestCore, WEBHOOK_KEY, on_both_databases};

use super::{deliver, deliveries, delivery, disabled, enqueue, one_event};

async fn run(core: &TestCore, config: &WebhookConfig, command: WebhookCommand) -> Result<String, WebhookCommandError> {
    let (clock, random) = (Arc::new(core.clock.clone()), Arc::new(SystemRandom));
    webhooks::run(command, &core.app.db, config, clock, random).await
}

fn replay(id: Uuid) -> WebhookCommand {
    WebhookCommand::Replay {
        id: Some(id),
        since: None,
    }
}

fn replay_since(since: Since) -> WebhookCommand {
    WebhookCommand::Replay {
        id: None,
        since: Some(since),
    }
}

#[on_both_databases]
async fn delivered_event_is_replayed_under_its_id(database: Database) {
    let (core, receiver) = one_event(&database).await;
    assert!(deliver(&core).await);
    let id = delivery(&core).await.id;
    core.advance(60 * 60);
    let done = run(&core, &receiver.config(), replay(id)).await;
    assert_eq!(done.expect("a known event"), format!("{id} will be sent again\n"));
    assert!(deliver(&core).await);
    assert!(!deliver(&core).await);
    let sent = receiver.received();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].header("webhook-id"), sent[1].header("webhook-id"));
    assert_eq!(sent[0].body, sent[1].body);

    let unknown = run(&core, &receiver.config(), replay(Uuid::nil())).await;
    assert!(matches!(unknown, Err(WebhookCommandError::UnknownEvent)));
}

#[on_both_databases]
async fn event_that_was_given_up_is_replayed_for_three_days(database: Database) {
    let (core, receiver) = one_event(&database).await;
    receiver.reply(vec![Reply::Status(500); 12]);
    while let Some(pause) = super::due_in(&core).await {
        core.clock
            .advance(std::time::Duration::from_millis(u64::try_from(pause).expect("a pause")));
        assert!(deliver(&core).await);
    }
    let config = receiver.config();
    let before = run(&core, &config, WebhookCommand::List).await.expect("a list");
    assert!(before.contains("pending: 0  failed: 1"), "{before}");
    assert!(before.contains("user.disabled") && before.contains("500"), "{before}");
    let id = delivery(&core).await.id;
    run(&core, &config, replay(id)).await.expect("a known event");
    let after = run(&core, &config, WebhookCommand::List).await.expect("a list");
    assert!(after.contains("pending: 1  failed: 0"), "{after}");
    receiver.reply([Reply::Status(500)]);
    assert!(deliver(&core).await);
    assert!(super::due_in(&core).await.is_some(), "its three days began again");
}

#[on_both_databases]
async fn events_since_a_time_are_replayed_to_a_new_endpoint(database: Database) {
    let (core, old) = one_event(&database).await;
    assert!(deliver(&core).await);
    core.advance(60 * 60);
    for number in 2..5 {
        enqueue(&core, disabled(number)).await;
        assert!(deliver(&core).await);
    }
    let new = Receiver::start().await;
    let core = {
        let clock = core.clock.clone();
        let moved = TestCore::with_webhooks(&database, new.config()).await;
        moved
            .clock
            .set_ahead(api::clock::Clock::now(&clock).since(api::clock::Clock::now(&moved.clock)));
        moved
    };
    let half_an_hour = Since::Ago(std::time::Duration::from_mins(30));
    let done = run(&core, &new.config(), replay_since(half_an_hour)).await;
    assert_eq!(done.expect("events"), "Events to send again: 3\n");
    while deliver(&core).await {}
    assert_eq!((old.received().len(), new.received().len()), (4, 3));
    assert_eq!(deliveries(&core).await.len(), 7);
}

#[on_both_databases]
async fn claimed_event_that_is_replayed_is_sent_again(database: Database) {
    let (core, receiver) = one_event(&database).await;
    let worker = core.webhook_workers().remove(0);
    let claim = worker.claim().await.expect("the database answers").expect("it is due");
    let id = claim.id;
    run(&core, &receiver.config(), replay(id)).await.expect("a known event");
    worker.deliver_claimed(claim).await.expect("the database answers");
    assert_eq!(delivery(&core).await.delivered_at, None, "the replay is pending");
    assert!(deliver(&core).await);
    assert!(delivery(&core).await.delivered_at.is_some());
}

#[on_both_databases]
async fn gone_endpoint_is_enabled_again(database: Database) {
    let (core, receiver) = one_event(&database).await;
    let config = receiver.config();
    receiver.reply([Reply::Status(410)]);
    assert!(deliver(&core).await);
    let list = run(&core, &config, WebhookCommand::List).await.expect("a list");
    assert!(
        list.contains("disabled since 2026-01-04T12:00:00.000Z  pending: 1"),
        "{list}"
    );
    assert!(!list.contains("/hooks") && !list.contains("whsec"), "{list}");
    assert!(!deliver(&core).await);
    for (endpoint, works) in [(0, false), (2, false), (1, true), (1, false)] {
        let enabled = run(&core, &config, WebhookCommand::Enable { endpoint }).await;
        assert_eq!(enabled.is_ok(), works, "{endpoint} {enabled:?}");
    }
    assert!(deliver(&core).await);
    let list = run(&core, &config, WebhookCommand::List).await.expect("a list");
    assert!(list.contains("enabled  pending: 0"), "{list}");
}

#[on_both_databases]
async fn test_event_shows_the_answer(database: Database) {
    let receiver = Receiver::start().await;
    let core = TestCore::with_webhooks(&database, receiver.config()).await;
    let text = run(&core, &receiver.config(), WebhookCommand::Test).await.expect("204");
    assert!(text.contains("204 No Content"), "{text}");
    assert_eq!(receiver.events(), ["webhook.test"]);
    assert!(deliveries(&core).await.is_empty(), "a test event is not kept");
    receiver.reply([Reply::Status(401)]);
    let failed = run(&core, &receiver.config(), WebhookCommand::Test).await;
    let Err(WebhookCommandError::NotAccepted { answers }) = failed else {
        panic!("{failed:?}")
    };
    assert!(answers.contains("401 Unauthorized"), "{answers}");
}

#[tokio::test]
async fn database_must_be_migrated() {
    let folder = tempfile::TempDir::new().expect("a folder");
    for database in [Database::sqlite(), Database::empty_postgres().await] {
        let environment = [("DATABASE_URL", database.url())];
        let list = Process::api(folder.path(), &["webhooks", "list"], &environment);
        let (status, lines) = list.end().await;
        assert_eq!(status, Some(1));
        assert!(lines.iter().any(|line| line.contains("run `api migrate`")), "{lines:?}");
    }
}

#[on_both_databases]
async fn commands_run_beside_the_server(database: Database) {
    let receiver = Receiver::start().await;
    receiver.reply([Reply::Status(410)]);
    let installation = Installation::on(database.url())
        .await
        .with("WEBHOOK_URL", &receiver.url())
        .with("WEBHOOK_SECRET", WEBHOOK_KEY)
        .with("WEBHOOK_ALLOW_PRIVATE", "true");
    let (_api, _) = installation.start().await;
    let environment: Vec<_> = installation
        .environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let folder = tempfile::TempDir::new().expect("a folder");
    let command = async |arguments: &[&str]| Process::api(folder.path(), arguments, &environment).end().await;
    let (status, lines) = command(&["webhooks", "test"]).await;
    assert_eq!(status, Some(1), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("410 Gone")), "{lines:?}");
    let (status, lines) = command(&["webhooks", "list"]).await;
    assert_eq!((status, lines.len()), (Some(0), 1), "{lines:?}");
    assert!(lines[0].starts_with("1  http://127.0.0.1:"), "{lines:?}");
    assert!(lines[0].ends_with("  enabled  pending: 0  failed: 0"), "{lines:?}");
    let (status, lines) = command(&["webhooks", "replay", "--since", "1h"]).await;
    assert_eq!((status, lines), (Some(0), vec!["Events to send again: 0".to_owned()]));
    let (status, lines) = command(&["webhooks", "replay"]).await;
    assert_eq!(status, Some(2), "{lines:?}");
}
