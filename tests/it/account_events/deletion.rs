//! With a user go their events.

use api::accounts::{self, Operator};
use api::verification::Code;
use entity::{AccountEventKind, account_event};
use sea_orm::EntityTrait;
use tests::{Answers, Client, Database, OTHER_PASSWORD, PASSWORD, TestApp, TestCore, client, count, on_both_databases};

use super::{ADA, events_of};
use crate::loopback;

#[on_both_databases]
async fn deletion_leaves_an_id_and_a_time(database: Database) {
    let core = TestCore::start(&database).await;
    let (ada, session, _) = core.create_signed_in_user(ADA, PASSWORD).await;
    let bob = core.create_user("bob@example.com").await;
    let bobs = events_of(&core.app.db, bob).await;
    let deleted = accounts::delete_verified(&core.app, &session, ada.clone()).await;
    assert_eq!(deleted, Ok(()));
    let left = events_of(&core.app.db, ada.id).await;
    assert_eq!(left.len(), 1, "{left:?}");
    let left = &left[0];
    assert_eq!(
        (left.kind, left.created_at),
        (AccountEventKind::Deleted, core.app.clock.now())
    );
    assert_eq!(
        (&left.network, &left.user_agent, &left.request_id),
        (&None, &None, &None)
    );
    assert_eq!(events_of(&core.app.db, bob).await, bobs);

    let operator = Operator::from(&core.app);
    accounts::delete_user(&operator, core.app.clock.now(), bob)
        .await
        .expect("an answer");
    let left: Vec<_> = events_of(&core.app.db, bob)
        .await
        .into_iter()
        .map(|event| event.kind)
        .collect();
    assert_eq!(left, [AccountEventKind::Deleted]);
}

#[on_both_databases]
async fn deleted_registration_leaves_no_event(database: Database) {
    let core = TestCore::start(&database).await;
    core.register(ADA, PASSWORD, 1).await;
    assert!(core.send_next().await);
    let registration = core.verify_registration(&tests::credentials(ADA, PASSWORD, 1)).await;
    assert_eq!(events_of(&core.app.db, registration.id).await.len(), 2);
    let deleted = accounts::delete_registration(&Operator::from(&core.app), registration.id).await;
    assert_eq!(deleted, Ok(true));
    assert_eq!(count::<account_event::Entity>(&core.app.db).await, 0);
    // A wrong code that was on its way.
    let wrong = Code::parse("00000000");
    let proof = accounts::RegistrationProof::Password;
    let _ =
        accounts::activate_registration(&core.app, registration, proof, wrong, core.app.clock.now(), &client(1)).await;
    assert_eq!(count::<account_event::Entity>(&core.app.db).await, 0);
}

/// Everything that records an event about a user, at the same time as their deletion.
#[on_both_databases]
async fn no_event_outlives_its_user(database: Database) {
    let app = TestApp::start(&database).await;
    let session = app.register_and_activate(ADA, PASSWORD).await;
    let user = entity::user::Entity::find()
        .one(app.db())
        .await
        .expect("an answer")
        .expect("a user")
        .id;
    let reset = app.request_password_reset(ADA).await.verification_token();
    app.next_code(ADA).await;
    let mut others = Vec::new();
    for _ in 0..20 {
        others.push(app.sign_in(ADA, PASSWORD).await.session_token());
    }
    let calls = (0..60_u8).map(|number| {
        let (client, session) = (app.at(loopback(number)), session.clone());
        let (other, reset) = (others[usize::from(number) % 20].clone(), reset.clone());
        async move { call(&client, number, &session, &other, &reset).await }
    });
    let answers = Answers::to(calls).await;
    assert!(answers.count("OK") > 0, "{answers:?}");
    app.wait_for_empty_outbox().await;
    let left = events_of(app.db(), user).await;
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].kind, AccountEventKind::Deleted);
}

async fn call(client: &Client, number: u8, session: &str, other: &str, reset: &str) -> tests::Answer {
    match number % 6 {
        0 => client.register(ADA, OTHER_PASSWORD).await,
        1 | 2 => client.bearer(other).sign_out().await,
        3 => client.sign_in(ADA, PASSWORD).await,
        4 => client.reset_password(reset, "00000000", OTHER_PASSWORD).await,
        _ if number > 20 => client.bearer(session).delete_account(PASSWORD).await,
        _ => client.bearer(session).revoke_other_sessions().await,
    }
}
