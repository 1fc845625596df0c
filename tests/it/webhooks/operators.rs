//! What an operator does with a user is reported too.

use api::accounts::{self, Operator};
use tests::{Database, PASSWORD, Receiver, TestCore, on_both_databases};

use super::{deliver, deliveries};

#[on_both_databases]
async fn every_change_by_an_operator_is_reported(database: Database) {
    let receiver = Receiver::start().await;
    let core = TestCore::with_webhooks(&database, receiver.config()).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let registration = entity::verification::open_registration("ada@example.com", core.app.clock.now());
    let id = registration
        .one(&core.app.db)
        .await
        .expect("an answer")
        .expect("a row")
        .id;

    let (operator, now) = (&Operator::from(&core.app), core.app.clock.now());
    let activated = accounts::activate_by_operator(operator, now, id).await;
    activated.expect("the database answers");
    let ended = accounts::disable_user(operator, now, id).await;
    assert_eq!(ended, Ok(Some(0)));
    assert_eq!(accounts::enable_user(operator, now, id).await, Ok(true));
    while deliver(&core).await {}
    let mut events = receiver.events();
    events.sort();
    assert_eq!(events, ["user.activated", "user.disabled", "user.enabled"]);

    // What changes nothing is no event.
    assert_eq!(accounts::enable_user(operator, now, id).await, Ok(false));
    assert_eq!(accounts::delete_user(operator, now, id).await, Ok(Some(0)));
    assert_eq!(accounts::disable_user(operator, now, id).await, Ok(None));
    let rows = deliveries(&core).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0].event, "user.deleted");
}
