//! `activate`: when a code expires, how many tries it has, and that it works once.

use api::accounts::{self, DomainError, RegistrationKey};
use api::verification::Code;
use entity::session;
use serde_json::json;
use tests::{
    Answers, Database, PASSWORD, TestApp, TestCore, client, count, credentials, on_both_databases, wrong_code,
};

use crate::{loopback, seconds};

#[on_both_databases]
async fn code_expires_after_60_seconds(database: Database) {
    let app = TestApp::start(&database).await;
    for (age, outcome) in [(59, "OK"), (60, "CODE_EXPIRED"), (61, "CODE_EXPIRED")] {
        let email = format!("after{age}@example.com");
        let code = app.register_and_read_code(&email, PASSWORD).await;
        app.clock.advance(seconds(age));
        let answer = app.basic(&email, PASSWORD).activate(&code).await;
        assert_eq!(answer.outcome(), outcome, "after {age} s: {answer:?}");
    }
}

#[on_both_databases]
async fn code_expiry_uses_request_arrival_time(database: Database) {
    let core = TestCore::start(&database).await;
    let token = core.register("ada@example.com", PASSWORD, 1).await.token;
    core.send_next().await;
    let newest_code = core.newest_code("ada@example.com");
    core.advance(59);
    let arrived = core.app.clock.now();
    core.advance(2);
    let key = RegistrationKey::Token(token, client(1));
    for (input, expected) in [("x", Err(DomainError::InvalidCode(Some(3)))), (&newest_code, Ok(()))] {
        let outcome = accounts::activate(&core.app, &key, Code::parse(input), arrived).await;
        assert_eq!(outcome.map(drop), expected, "{input}");
    }
}

#[on_both_databases]
async fn any_input_after_expiry_is_code_expired(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.register_and_read_code("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    app.clock.advance(seconds(60));
    for input in [code.as_str(), &wrong_code(&code), "x", ""] {
        ada.activate(input).await.fails_with("CODE_EXPIRED");
    }
}

#[on_both_databases]
async fn code_allows_three_tries(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.register_and_read_code("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    for remaining in [2, 1, 0] {
        ada.activate(&wrong_code(&code))
            .await
            .fails_with("INVALID_CODE")
            .attempts_remaining(remaining)
            .field("activationCode");
    }
    ada.activate(&code).await.fails_with("TOO_MANY_ATTEMPTS");
    ada.activate("x").await.fails_with("TOO_MANY_ATTEMPTS");
    app.clock.advance(seconds(60));
    ada.activate(&code).await.fails_with("CODE_EXPIRED");
    ada.me().await.is_pending();
}

#[on_both_databases]
async fn malformed_code_spends_no_try(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.register_and_read_code("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    for input in [
        "",
        "42",
        "123456789",
        "12a4",
        " 1234",
        "１２３４",
        "٠٠٤٢",
        &"1".repeat(10_000),
    ] {
        let answer = ada.activate(input).await;
        answer.fails_with("INVALID_CODE").attempts_remaining(3);
    }
    ada.activate(&code).await.succeeds();
}

#[on_both_databases]
async fn credentials_are_checked_before_the_code(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.register_and_read_code("ada@example.com", PASSWORD).await;
    app.basic("ada@example.com", "wrong password")
        .activate(&code)
        .await
        .fails_with("INVALID_CREDENTIALS");
    app.basic("bob@example.com", PASSWORD)
        .activate(&code)
        .await
        .fails_with("INVALID_CREDENTIALS");
    app.basic("no address", PASSWORD)
        .activate(&code)
        .await
        .fails_with("INVALID_CREDENTIALS");
    for client in [
        app.clone(),
        app.bearer("token"),
        app.authorized("Basic !"),
        app.authorized("Digest x"),
    ] {
        client.activate(&code).await.is_unauthenticated();
    }
    // None of these requests spent a try.
    app.basic("ada@example.com", PASSWORD).activate(&code).await.succeeds();
}

#[on_both_databases]
async fn repeated_activation_opens_no_session(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.register_and_read_code("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    let first = ada.activate(&code).await;
    for input in [code.as_str(), "0000", "x"] {
        let answer = ada.activate(input).await;
        answer.fails_with("ALREADY_ACTIVATED");
        assert_eq!(answer.payload()["user"], first.payload()["user"]);
        assert_eq!(answer.payload()["session"], json!(null));
    }
}

#[on_both_databases]
async fn no_code_is_valid_before_the_draw(database: Database) {
    // No worker runs here, so nothing draws a code.
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(core.activate(&ada, "0000").await, Err(DomainError::InvalidCode(None)));
}

#[on_both_databases]
async fn one_of_200_concurrent_correct_codes_activates(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.register_and_read_code("ada@example.com", PASSWORD).await;
    let requests = (0..200_u8).map(|number| {
        let client = app.at(loopback(number)).basic("ada@example.com", PASSWORD);
        let code = code.clone();
        async move { client.activate(&code).await }
    });
    let answers = Answers::to(requests).await;
    answers.are_only(&["OK", "ALREADY_ACTIVATED", "TOO_MANY_ATTEMPTS", "RATE_LIMITED"]);
    assert_eq!(answers.count("OK"), 1);
    for answer in answers.0 {
        let session = &answer.payload()["session"];
        assert_eq!(session["token"].is_string(), answer.outcome() == "OK", "{answer:?}");
        assert_eq!(session.is_null(), answer.outcome() != "OK", "{answer:?}");
    }
    assert_eq!(count::<session::Entity>(app.db()).await, 1);
    app.basic("ada@example.com", PASSWORD)
        .activate(&code)
        .await
        .fails_with("ALREADY_ACTIVATED");
}

#[on_both_databases]
async fn three_of_200_concurrent_wrong_codes_are_checked(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.register_and_read_code("ada@example.com", PASSWORD).await;
    let wrong = wrong_code(&code);
    let requests = (0..200_u8).map(|number| {
        let client = app.at(loopback(number)).basic("ada@example.com", PASSWORD);
        let wrong = wrong.clone();
        async move { client.activate(&wrong).await }
    });
    let answers = Answers::to(requests).await;
    answers.are_only(&["INVALID_CODE", "TOO_MANY_ATTEMPTS", "RATE_LIMITED"]);
    assert_eq!(answers.count("INVALID_CODE"), 3);
    app.basic("ada@example.com", PASSWORD)
        .activate(&code)
        .await
        .fails_with("TOO_MANY_ATTEMPTS");
}
