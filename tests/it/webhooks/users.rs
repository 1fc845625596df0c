//! Deliveries end with their user, or when they are old.

use api::accounts;
use api::webhooks::{Event, EventKind};
use tests::{Database, PASSWORD, Receiver, TestCore, on_both_databases};

use super::{deleted, deliver, deliveries, disabled, enqueue, user_id};

const DAY: u64 = 24 * 60 * 60;

#[on_both_databases]
async fn deleted_user_leaves_only_their_deletion(database: Database) {
    let receiver = Receiver::start().await;
    let core = TestCore::with_webhooks(&database, receiver.config()).await;
    let id = core.create_user("ada@example.com").await;
    assert!(deliver(&core).await);
    enqueue(&core, disabled(2)).await;
    let email = entity::HiddenText("ada@example.com".to_owned());
    enqueue(&core, Event::new(EventKind::UserPasswordChanged, id, &email)).await;
    enqueue(&core, deleted(id)).await;
    let about_ada: Vec<_> = deliveries(&core)
        .await
        .into_iter()
        .filter(|row| row.user_id == id)
        .collect();
    assert_eq!(about_ada.len(), 1);
    assert_eq!(
        (about_ada[0].event.as_str(), &about_ada[0].email),
        ("user.deleted", &None)
    );
    while deliver(&core).await {}
    let mut events = receiver.events();
    events.sort();
    assert_eq!(events, ["user.activated", "user.deleted", "user.disabled"]);

    // Also if there is no endpoint any more.
    let core = TestCore::start(&database).await;
    enqueue(&core, deleted(user_id(2))).await;
    enqueue(&core, deleted(id)).await;
    assert!(deliveries(&core).await.is_empty());
}

#[on_both_databases]
async fn delivery_in_progress_is_not_recorded_after_the_deletion(database: Database) {
    let (core, _receiver) = super::one_event(&database).await;
    let worker = core.webhook_workers().remove(0);
    let claim = worker.claim().await.expect("the database answers").expect("it is due");
    enqueue(&core, deleted(user_id(1))).await;
    worker.deliver_claimed(claim).await.expect("the database answers");
    let rows = deliveries(&core).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!((rows[0].event.as_str(), rows[0].delivered_at), ("user.deleted", None));
}

#[on_both_databases]
async fn sweep_deletes_deliveries_after_14_days(database: Database) {
    let (core, _receiver) = super::one_event(&database).await;
    assert!(deliver(&core).await);
    core.advance(1);
    enqueue(&core, disabled(2)).await;
    core.advance(14 * DAY - 2);
    accounts::sweep(&core.app).await.expect("the sweep succeeds");
    assert_eq!(deliveries(&core).await.len(), 2);
    core.advance(1);
    accounts::sweep(&core.app).await.expect("the sweep succeeds");
    let rows = deliveries(&core).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].user_id, user_id(2));
}

#[on_both_databases]
async fn sweep_corrects_deliveries_from_the_future(database: Database) {
    let receiver = Receiver::start().await;
    let core = TestCore::with_webhooks(&database, receiver.config()).await;
    core.clock.set_ahead(std::time::Duration::from_secs(400 * DAY));
    enqueue(&core, disabled(1)).await;
    core.clock.set_back(std::time::Duration::from_secs(400 * DAY));
    accounts::sweep(&core.app).await.expect("the sweep succeeds");
    let row = super::delivery(&core).await;
    assert_eq!(row.enqueued_at, api::clock::Clock::now(&core.clock));
    // The worker of a server corrects when it is due.
    let app = tests::TestApp::with(&database, |app| {
        app.clock = core.clock.clone();
        app.webhooks = receiver.config();
    })
    .await;
    tests::eventually("the event arrives", async || receiver.received().len() == 1).await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
}
