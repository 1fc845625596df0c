//! Codes live through a rotation.

use api::accounts::DomainError;
use entity::verification;
use mailer_mock::{Action, FaultRule, Stage};
use sea_orm::EntityTrait;
use tests::{Database, PASSWORD, TestCore, credentials, on_both_databases};

use super::{after, before, first_step, second_step};

/// Registers on one server, and activates with the emailed code on another one.
async fn register_and_activate(email: &str, server: &TestCore, other: &TestCore) -> Result<(), DomainError> {
    server.register(email, PASSWORD, 1).await;
    assert!(server.send_next().await);
    let code = server.newest_code(email);
    other.activate(&credentials(email, PASSWORD, 1), &code).await
}

#[on_both_databases]
async fn servers_of_neighboring_steps_read_the_codes_of_each_other(database: Database) {
    let steps = [
        before(&database).await,
        first_step(&database).await,
        second_step(&database).await,
        after(&database).await,
    ];
    for (number, neighbors) in steps.windows(2).enumerate() {
        for (server, other) in [(0, 1), (1, 0)] {
            let email = format!("ada{number}{server}@example.com");
            let activated = register_and_activate(&email, &neighbors[server], &neighbors[other]).await;
            assert_eq!(activated, Ok(()), "{email}");
        }
    }
}

#[on_both_databases]
async fn code_of_an_unknown_key_is_expired_and_costs_no_try(database: Database) {
    let (before, after) = (before(&database).await, after(&database).await);
    let activated = register_and_activate("ada@example.com", &before, &after).await;
    assert_eq!(activated, Err(DomainError::CodeExpired));
    let row = verification::Entity::find().one(&after.app.db).await;
    assert_eq!(row.expect("the database answers").expect("a row").attempts, 0);
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(
        before.activate(&ada, &before.newest_code("ada@example.com")).await,
        Ok(())
    );
}

#[on_both_databases]
async fn wrong_code_of_one_key_is_wrong_for_the_other_too(database: Database) {
    let (first, second) = (first_step(&database).await, second_step(&database).await);
    first.register("ada@example.com", PASSWORD, 1).await;
    assert!(first.send_next().await);
    let row = verification::Entity::find().one(&first.app.db).await;
    let row = row.expect("the database answers").expect("a row");
    // Only the digits of the key that was used count, so a guess has the same odds as before.
    assert_eq!(row.code_key.as_deref(), Some(first.app.keys.current.id()));
    let ada = credentials("ada@example.com", PASSWORD, 1);
    let wrong = tests::wrong_code(&first.newest_code("ada@example.com"));
    let answer = second.activate(&ada, &wrong).await;
    assert_eq!(answer, Err(DomainError::InvalidCode(Some(2))));
}

/// Sends an email whose acknowledgement is lost, and again from another server. Gives both.
async fn sent_by_both(server: &TestCore, other: &TestCore) -> [(String, String); 2] {
    server.register("ada@example.com", PASSWORD, 1).await;
    server.mailer.faults().set(vec![FaultRule {
        times: Some(1),
        ..FaultRule::new(Stage::AfterData, Action::Drop)
    }]);
    assert!(server.send_next().await);
    super::advance([server, other], 1);
    assert!(other.send_next().await);
    [server, other].map(|server| {
        let id = server.emails()[0].message_id.clone();
        (id.expect("a Message-ID"), server.newest_code("ada@example.com"))
    })
}

#[on_both_databases]
async fn retry_by_another_server_sends_the_same_code_under_the_same_message_id(database: Database) {
    let (first, second) = (first_step(&database).await, second_step(&database).await);
    let [sent, again] = sent_by_both(&first, &second).await;
    assert_eq!(sent, again);
}

#[on_both_databases]
async fn retry_by_a_server_without_the_key_draws_a_new_code(database: Database) {
    let (before, after) = (before(&database).await, after(&database).await);
    let [sent, again] = sent_by_both(&before, &after).await;
    assert_ne!(sent.0, again.0);
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(after.activate(&ada, &again.1).await, Ok(()));
}
