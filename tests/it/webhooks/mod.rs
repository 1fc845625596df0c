//! Webhooks: every event reaches its endpoint, at least once and signed, despite failures of both sides.

mod commands;
mod delivery;
mod failures;
mod life;
mod lost_connection;
mod operators;
mod targets;
mod users;
mod workers;

use api::clock::Clock;
use api::webhooks::{Event, EventKind};
use entity::{HiddenText, Timestamp, webhook_delivery};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter};
use tests::{Database, Receiver, TestCore, eventually};

/// Waits until every event is recorded as delivered or given up.
async fn wait_until_all_are_recorded(db: &DatabaseConnection) {
    eventually("every event is recorded", async || {
        let due = webhook_delivery::Entity::find().filter(webhook_delivery::Column::DueAt.is_not_null());
        due.count(db).await == Ok(0)
    })
    .await;
}

/// Enqueues an event.
async fn enqueue(core: &TestCore, event: Event) {
    let transaction = api::database::begin(&core.app.db).await.expect("a transaction");
    let enqueued = core.app.webhooks.enqueue(&transaction, core.clock.now(), event);
    enqueued.await.expect("the database answers");
    transaction.commit().await.expect("the transaction commits");
}

/// An event about a user.
fn disabled(number: u8) -> Event {
    let email = HiddenText(format!("user{number}@example.com"));
    Event::new(EventKind::UserDisabled, user_id(number), &email)
}

/// The deletion of a user.
fn deleted(id: Uuid) -> Event {
    Event::new(EventKind::UserDeleted, id, &HiddenText("gone@example.com".to_owned()))
}

fn user_id(number: u8) -> Uuid {
    Uuid::from_bytes([number; 16])
}

/// A database with one pending event and its receiver.
async fn one_event(database: &Database) -> (TestCore, Receiver) {
    let receiver = Receiver::start().await;
    let core = TestCore::with_webhooks(database, receiver.config()).await;
    enqueue(&core, disabled(1)).await;
    (core, receiver)
}

/// Sends one webhook that is due to the first endpoint. Tells whether there was one.
async fn deliver(core: &TestCore) -> bool {
    let delivered = core.webhook_workers()[0].deliver_next().await;
    delivered.expect("the database answers")
}

async fn deliveries(core: &TestCore) -> Vec<webhook_delivery::Model> {
    let rows = webhook_delivery::Entity::find().all(&core.app.db).await;
    rows.expect("the database answers")
}

/// The only delivery.
async fn delivery(core: &TestCore) -> webhook_delivery::Model {
    let mut rows = deliveries(core).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0)
}

/// How long until the only delivery is due, in milliseconds; `None` if it is not pending.
async fn due_in(core: &TestCore) -> Option<u128> {
    let due: Option<Timestamp> = delivery(core).await.due_at;
    due.map(|due| due.since(core.clock.now()).as_millis())
}
