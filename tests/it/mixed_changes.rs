//! Everything that changes one user, at once.

use reqwest::Method;
use tests::{Answer, Answers, Client, Database, OTHER_PASSWORD, PASSWORD, TestApp, on_both_databases};

use crate::loopback;

const EMAIL: &str = "ada@example.com";

/// What the calls of one round need.
#[derive(Clone)]
struct Round {
    client: Client,
    session: String,
    resets: Vec<(String, String)>,
    change: (String, String),
}

#[on_both_databases]
async fn mixed_changes_of_one_user_neither_fail_nor_deadlock(database: Database) {
    let app = TestApp::start(&database).await;
    let session = app.register_and_activate(EMAIL, PASSWORD).await;
    let mut resets = Vec::new();
    for network in 1..=3 {
        let client = app.at(loopback(network));
        let token = client.request_password_reset(EMAIL).await.verification_token();
        resets.push((token, app.next_code(EMAIL).await));
    }
    let ada = app.bearer(&session);
    let change = ada
        .request_email_change("new@example.com", PASSWORD)
        .await
        .verification_token();
    let change = (change, app.next_code("new@example.com").await);

    let calls = (0..200_u8).map(|number| {
        let round = Round {
            client: app.at(loopback(number)),
            session: session.clone(),
            resets: resets.clone(),
            change: change.clone(),
        };
        call(round, number)
    });
    let answers = Answers::to(calls).await;
    for answer in &answers.0 {
        assert!(answer.status.is_success(), "{answer:?}");
        assert!(
            !["INTERNAL_SERVER_ERROR", "OVERLOADED"].contains(&answer.outcome()),
            "{answer:?}"
        );
    }
    assert!(answers.count("OK") > 0, "{answers:?}");
    // The emails of what was not undone are sent, and no worker waits for a lock.
    app.wait_for_empty_outbox().await;
    let ready = app.request(Method::GET, "/readyz").send().await.expect("an answer");
    assert!(ready.status().is_success());
}

/// One of nine calls. Few delete the account, since after that nothing else is left to do.
async fn call(round: Round, number: u8) -> Answer {
    let bearer = round.client.bearer(&round.session);
    let (token, code) = &round.resets[usize::from(number % 3)];
    match number % 9 {
        0 => round.client.reset_password(token, code, OTHER_PASSWORD).await,
        1 => round.client.request_password_reset(EMAIL).await,
        2 => bearer.change_password(PASSWORD, OTHER_PASSWORD).await,
        3 => bearer.confirm_email_change(&round.change.0, &round.change.1).await,
        4 => bearer.request_email_change("other@example.com", PASSWORD).await,
        5 if number > 150 => bearer.delete_account(PASSWORD).await,
        6 => round.client.sign_in(EMAIL, PASSWORD).await,
        7 => round.client.register(EMAIL, OTHER_PASSWORD).await,
        8 => bearer.revoke_other_sessions().await,
        _ => bearer.me().await,
    }
}
