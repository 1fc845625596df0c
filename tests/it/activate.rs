//! Activating: the code's minute, its tries, and the one success.

use serde_json::json;
use tests::{Database, PASSWORD, TestApp, on_both_databases};

use crate::{loopback, seconds};

#[on_both_databases]
async fn a_code_works_for_a_minute(database: Database) {
    let app = TestApp::start(&database).await;
    for (age, codes) in [(59, vec![]), (60, vec!["CODE_EXPIRED"]), (61, vec!["CODE_EXPIRED"])] {
        let email = format!("after{age}@example.com");
        let code = app.registered(&email, PASSWORD).await;
        app.clock.advance(seconds(age));
        let answer = app.basic(&email, PASSWORD).activate(&code).await;
        assert_eq!(answer.codes(), codes, "after {age} s");
    }
}

#[on_both_databases]
async fn an_expired_code_is_expired_whatever_is_typed(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.registered("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    app.clock.advance(seconds(60));
    for typed in [code.as_str(), &TestApp::wrong(&code), "x", ""] {
        assert_eq!(ada.activate(typed).await.codes(), ["CODE_EXPIRED"], "{typed}");
    }
}

#[on_both_databases]
async fn a_code_has_three_tries(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.registered("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    for remaining in [2, 1, 0] {
        let answer = ada.activate(&TestApp::wrong(&code)).await;
        assert_eq!(answer.codes(), ["INVALID_CODE"]);
        let error = &answer.payload()["userErrors"][0];
        assert_eq!(error["attemptsRemaining"], remaining);
        assert_eq!(error["field"], json!(["input", "activationCode"]));
    }
    assert_eq!(ada.activate(&code).await.codes(), ["TOO_MANY_ATTEMPTS"]);
    assert_eq!(ada.activate("x").await.codes(), ["TOO_MANY_ATTEMPTS"]);
    app.clock.advance(seconds(60));
    assert_eq!(ada.activate(&code).await.codes(), ["CODE_EXPIRED"]);
    assert_eq!(ada.me().await.payload()["status"], "PENDING");
}

#[on_both_databases]
async fn what_cannot_be_a_code_spends_no_try(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.registered("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    for typed in [
        "",
        "42",
        "123456789",
        "12a4",
        " 1234",
        "１２３４",
        "٠٠٤٢",
        &"1".repeat(10_000),
    ] {
        let answer = ada.activate(typed).await;
        assert_eq!(answer.codes(), ["INVALID_CODE"], "{typed}");
        assert_eq!(answer.payload()["userErrors"][0]["attemptsRemaining"], 3, "{typed}");
    }
    assert_eq!(ada.activate(&code).await.codes(), Vec::<String>::new());
}

#[on_both_databases]
async fn the_credentials_come_first(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.registered("ada@example.com", PASSWORD).await;
    assert_eq!(
        app.basic("ada@example.com", "wrong password")
            .activate(&code)
            .await
            .codes(),
        ["INVALID_CREDENTIALS"]
    );
    assert_eq!(
        app.basic("bob@example.com", PASSWORD).activate(&code).await.codes(),
        ["INVALID_CREDENTIALS"]
    );
    assert_eq!(
        app.basic("no address", PASSWORD).activate(&code).await.codes(),
        ["INVALID_CREDENTIALS"]
    );
    for client in [
        app.clone(),
        app.bearer("token"),
        app.authorized("Basic !"),
        app.authorized("Digest x"),
    ] {
        let answer = client.activate(&code).await;
        assert_eq!(answer.error_code(), "UNAUTHENTICATED");
        assert_eq!(answer.status, 200);
        assert!(!answer.headers.contains_key("www-authenticate"));
    }
    // Nothing of this has spent a try.
    assert_eq!(
        app.basic("ada@example.com", PASSWORD).activate(&code).await.codes(),
        Vec::<String>::new()
    );
}

#[on_both_databases]
async fn who_is_active_already_is_told_so_without_a_session(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.registered("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    let first = ada.activate(&code).await;
    for typed in [code.as_str(), "0000", "x"] {
        let answer = ada.activate(typed).await;
        assert_eq!(answer.codes(), ["ALREADY_ACTIVATED"], "{typed}");
        assert_eq!(answer.payload()["user"], first.payload()["user"]);
        assert_eq!(answer.payload()["session"], json!(null));
    }
}

#[on_both_databases]
async fn before_the_code_is_drawn_no_code_is_right(database: Database) {
    // No worker runs here, so the mail stays owed and nothing is drawn.
    let core = tests::TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let proved = core
        .accounts
        .prove(&tests::credentials("ada@example.com", PASSWORD, 1))
        .await
        .expect("a user");
    let code = api::account::Code::parse("0000");
    let refused = core
        .accounts
        .activate_proved(proved, code, api::clock::Clock::now(&core.clock))
        .await;
    assert!(matches!(
        refused,
        Err(api::account::Error::Refused(api::account::Refusal::InvalidCode(None)))
    ));
}

#[on_both_databases]
async fn of_two_hundred_right_codes_one_comes_through(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.registered("ada@example.com", PASSWORD).await;
    let requests = (0..200_u8).map(|number| {
        let client = app.from(loopback(number)).basic("ada@example.com", PASSWORD);
        let code = code.clone();
        tokio::spawn(async move { client.activate(&code).await })
    });
    let mut successes = 0;
    for request in requests.collect::<Vec<_>>() {
        let answer = request.await.expect("no panic");
        match answer.codes().first().map(String::as_str) {
            None => {
                successes += 1;
                assert!(answer.payload()["session"]["token"].is_string());
            }
            Some("ALREADY_ACTIVATED" | "TOO_MANY_ATTEMPTS" | "RATE_LIMITED") => {
                assert_eq!(answer.payload()["session"], json!(null));
            }
            Some(other) => panic!("{other}"),
        }
    }
    assert_eq!(successes, 1);
    assert_eq!(tests::count::<entity::session::Entity>(app.db()).await, 1);
    assert_eq!(
        app.basic("ada@example.com", PASSWORD).activate(&code).await.codes(),
        ["ALREADY_ACTIVATED"]
    );
}

#[on_both_databases]
async fn of_two_hundred_wrong_codes_three_are_looked_at(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.registered("ada@example.com", PASSWORD).await;
    let wrong = TestApp::wrong(&code);
    let requests = (0..200_u8).map(|number| {
        let client = app.from(loopback(number)).basic("ada@example.com", PASSWORD);
        let wrong = wrong.clone();
        tokio::spawn(async move { client.activate(&wrong).await })
    });
    let mut looked_at = 0;
    for request in requests.collect::<Vec<_>>() {
        match request.await.expect("no panic").codes()[0].as_str() {
            "INVALID_CODE" => looked_at += 1,
            "TOO_MANY_ATTEMPTS" | "RATE_LIMITED" => {}
            other => panic!("{other}"),
        }
    }
    assert_eq!(looked_at, 3);
    assert_eq!(
        app.basic("ada@example.com", PASSWORD).activate(&code).await.codes(),
        ["TOO_MANY_ATTEMPTS"]
    );
}
