//! Two servers on one database are as one. What they share of the outbox, of the limits on mails and of sessions is tested
//! beside those.

use tests::{Client, Database, PASSWORD, TestApp, activated_session, on_both_databases};

use crate::loopback;

/// Two servers on one database, with one clock and one mail server.
async fn two(database: &Database) -> (TestApp, TestApp) {
    let app = TestApp::start(database).await;
    let replica = TestApp::with(database, |builder| {
        builder.mailer = Some(app.mailer.clone());
        builder.clock = app.clock.clone();
    })
    .await;
    (app, replica)
}

/// Many clients at once, each from its own network, by turns at the one server and at the other.
async fn by_turns<T: Send + 'static>(
    (app, replica): (&TestApp, &TestApp),
    ask: impl AsyncFn(Client) -> T + Clone + 'static,
) -> Vec<T> {
    let clients = (0..100_u8).map(|number| {
        let server = if number % 2 == 0 { app } else { replica };
        ask(server.from(loopback(number)))
    });
    futures_util::future::join_all(clients).await
}

#[on_both_databases]
async fn what_is_begun_at_one_is_finished_at_the_other(database: Database) {
    let (app, replica) = two(&database).await;
    let code = app.registered("ada@example.com", PASSWORD).await;
    let activated = replica.basic("ada@example.com", PASSWORD).activate(&code).await;
    let token = activated_session(activated.payload());
    assert_eq!(app.bearer(&token).me().await.payload()["status"], "ACTIVE");
    assert_eq!(app.bearer(&token).sign_out().await.codes(), Vec::<String>::new());
    assert_eq!(replica.bearer(&token).me().await.error_code(), "UNAUTHENTICATED");
}

#[on_both_databases]
async fn guesses_of_a_password_are_counted_together(database: Database) {
    let (app, replica) = two(&database).await;
    let answers = by_turns((&app, &replica), async |client| {
        client.sign_in("ada@example.com", "a wrong password").await.codes()
    })
    .await;
    let looked_at = answers
        .iter()
        .filter(|codes| **codes == ["INVALID_CREDENTIALS"])
        .count();
    let refused = answers.iter().filter(|codes| **codes == ["RATE_LIMITED"]).count();
    assert_eq!((looked_at, refused), (12, 88));
}

#[on_both_databases]
async fn tries_of_a_code_are_counted_together(database: Database) {
    let (app, replica) = two(&database).await;
    let wrong = TestApp::wrong(&app.registered("ada@example.com", PASSWORD).await);
    let answers = by_turns((&app, &replica), async move |client| {
        client.basic("ada@example.com", PASSWORD).activate(&wrong).await.codes()
    })
    .await;
    assert_eq!(answers.iter().filter(|codes| **codes == ["INVALID_CODE"]).count(), 3);
}

#[on_both_databases]
async fn a_code_works_once_at_one_of_them(database: Database) {
    let (app, replica) = two(&database).await;
    let code = app.registered("ada@example.com", PASSWORD).await;
    let answers = by_turns((&app, &replica), async move |client| {
        client.basic("ada@example.com", PASSWORD).activate(&code).await.codes()
    })
    .await;
    assert_eq!(answers.iter().filter(|codes| codes.is_empty()).count(), 1);
    assert_eq!(tests::count::<entity::session::Entity>(app.db()).await, 1);
}
