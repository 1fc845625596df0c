//! Two servers on one database act as one. The tests of the outbox, the email limits and the sessions cover what they
//! share there.

use tests::{Answer, Answers, Client, Database, PASSWORD, TestApp, on_both_databases, wrong_code};

use crate::loopback;

/// Two servers on one database, with one clock and one mail server.
async fn two_servers(database: &Database) -> (TestApp, TestApp) {
    let app = TestApp::start(database).await;
    let replica = TestApp::with(database, |builder| {
        builder.mailer = Some(app.mailer.clone());
        builder.clock = app.clock.clone();
    })
    .await;
    (app, replica)
}

/// Sends requests from 100 networks at once, half of them to each server.
async fn send_to_both((app, replica): (&TestApp, &TestApp), ask: impl AsyncFn(Client) -> Answer) -> Answers {
    let clients = (0..100_u8).map(|number| {
        let server = if number % 2 == 0 { app } else { replica };
        ask(server.at(loopback(number)))
    });
    Answers(futures_util::future::join_all(clients).await)
}

#[on_both_databases]
async fn flow_continues_on_another_replica(database: Database) {
    let (app, replica) = two_servers(&database).await;
    let code = app.register_and_read_code("ada@example.com", PASSWORD).await;
    let activated = replica.basic("ada@example.com", PASSWORD).activate(&code).await;
    let token = activated.session_token();
    app.bearer(&token).me().await.is_active();
    app.bearer(&token).sign_out().await.succeeds();
    replica.bearer(&token).me().await.is_unauthenticated();
}

#[on_both_databases]
async fn replicas_share_the_password_limit(database: Database) {
    let (app, replica) = two_servers(&database).await;
    let answers = send_to_both((&app, &replica), async |client| {
        client.sign_in("ada@example.com", "a wrong password").await
    })
    .await;
    assert_eq!(answers.count("INVALID_CREDENTIALS"), 12);
    assert_eq!(answers.count("RATE_LIMITED"), 88);
}

#[on_both_databases]
async fn replicas_share_the_code_tries(database: Database) {
    let (app, replica) = two_servers(&database).await;
    let wrong = wrong_code(&app.register_and_read_code("ada@example.com", PASSWORD).await);
    let answers = send_to_both((&app, &replica), async move |client| {
        client.basic("ada@example.com", PASSWORD).activate(&wrong).await
    })
    .await;
    assert_eq!(answers.count("INVALID_CODE"), 3);
}

#[on_both_databases]
async fn code_works_once_across_replicas(database: Database) {
    let (app, replica) = two_servers(&database).await;
    let code = app.register_and_read_code("ada@example.com", PASSWORD).await;
    let answers = send_to_both((&app, &replica), async move |client| {
        client.basic("ada@example.com", PASSWORD).activate(&code).await
    })
    .await;
    assert_eq!(answers.count("OK"), 1);
    assert_eq!(tests::count::<entity::session::Entity>(app.db()).await, 1);
}
