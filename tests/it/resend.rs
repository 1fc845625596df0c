//! Asking for another code.

use serde_json::json;
use tests::{Database, PASSWORD, TestApp, on_both_databases};

use crate::seconds;

#[on_both_databases]
async fn a_fresh_code_replaces_the_one_before(database: Database) {
    let app = TestApp::start(&database).await;
    let first = app.registered("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    let id = ada.me().await.payload()["id"].clone();
    for _ in 0..3 {
        ada.activate(&TestApp::wrong(&first)).await;
    }
    app.clock.advance(seconds(30));
    let answer = ada.resend().await;
    assert_eq!(
        answer.payload(),
        &json!({
            "codeExpiresInSeconds": 60,
            "codeLength": 4,
            "resendAvailableInSeconds": 30,
            "userErrors": [],
        })
    );
    let second = app.next_code("ada@example.com").await;
    if first != second {
        assert_eq!(ada.activate(&first).await.codes(), ["INVALID_CODE"]);
    }
    // The minute of the fresh code began when it was mailed.
    app.clock.advance(seconds(59));
    let activated = ada.activate(&second).await;
    assert_eq!(activated.codes(), Vec::<String>::new());
    assert_eq!(activated.payload()["user"]["id"], id);
}

#[on_both_databases]
async fn who_missed_the_minute_is_not_stuck(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.registered("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    app.clock.advance(seconds(61));
    assert_eq!(ada.activate(&code).await.codes(), ["CODE_EXPIRED"]);
    assert_eq!(ada.resend().await.codes(), Vec::<String>::new());
    let fresh = app.next_code("ada@example.com").await;
    assert_eq!(ada.activate(&fresh).await.codes(), Vec::<String>::new());
}

#[on_both_databases]
async fn resending_and_registering_share_their_limits(database: Database) {
    let app = TestApp::start(&database).await;
    app.registered("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    app.clock.advance(seconds(29));
    let early = ada.resend().await;
    assert_eq!(early.codes(), ["RATE_LIMITED"]);
    assert_eq!(early.payload()["userErrors"][0]["retryAfterSeconds"], 1);
    app.clock.advance(seconds(1));
    assert_eq!(ada.resend().await.codes(), Vec::<String>::new());
    app.clock.advance(seconds(30));
    assert_eq!(
        app.register("ada@example.com", PASSWORD).await.codes(),
        Vec::<String>::new()
    );
    app.clock.advance(seconds(30));
    assert_eq!(ada.resend().await.codes(), ["RATE_LIMITED"]);
}

#[on_both_databases]
async fn only_a_pending_user_gets_another_code(database: Database) {
    let app = TestApp::start(&database).await;
    app.activated("ada@example.com", PASSWORD).await;
    // Also while another mail would come too soon.
    assert_eq!(
        app.basic("ada@example.com", PASSWORD).resend().await.codes(),
        ["ALREADY_ACTIVATED"]
    );
    assert_eq!(
        app.basic("ada@example.com", "wrong password").resend().await.codes(),
        ["INVALID_CREDENTIALS"]
    );
    assert_eq!(
        app.basic("bob@example.com", PASSWORD).resend().await.codes(),
        ["INVALID_CREDENTIALS"]
    );
    assert_eq!(app.resend().await.error_code(), "UNAUTHENTICATED");
    assert_eq!(app.mailbox().messages().len(), 1);
}
