//! Spans hold nothing that a person or a client wrote.

use serde_json::json;
use tests::{Database, OTHER_PASSWORD, PASSWORD, Receiver, on_both_databases, wrong_code};

use super::traced;

#[on_both_databases]
async fn spans_hold_no_secret_and_no_text_of_a_client(database: Database) {
    let receiver = Receiver::start().await;
    let (app, collector) = traced(&database, |app| {
        app.webhooks = receiver.config();
        // Four digits could be part of an id.
        app.policy.code_length = 8;
    })
    .await;
    let token = app.register("ada@example.com", PASSWORD).await.verification_token();
    let code = app.next_code("ada@example.com").await;
    let wrong = wrong_code(&code);
    app.activate_with_token(&token, &wrong).await.fails_with("INVALID_CODE");
    let session = app.activate_with_token(&token, &code).await.session_token();
    app.sign_in("ada@example.com", "hunter2hunter2")
        .await
        .fails_with("INVALID_CREDENTIALS");
    app.basic("ada@example.com", PASSWORD).me().await.is_active();
    let ada = app.bearer(&session);
    let change = ada.request_email_change("countess@example.com", PASSWORD).await;
    let change = change.verification_token();
    let digits = app.next_code("countess@example.com").await;
    ada.confirm_email_change(&change, &digits).await.succeeds();
    let changed = ada.change_password(PASSWORD, OTHER_PASSWORD).await.session_token();
    app.send("query Hunter2{hunter2:me{id}}", json!({})).await;
    app.send("{hunter2}", json!({})).await;
    let odd = app.request("HUNTER2".parse().expect("a method"), "/graphql?hunter2=hunter2");
    let odd = odd
        .header("tracestate", "hunter2=hunter2")
        .header("user-agent", "hunter2");
    odd.header("x-request-id", "hunter2").send().await.expect("an answer");
    app.stop().await;
    let text = collector.text();
    assert!(text.contains("INSERT INTO") && text.contains("signIn"), "{text}");
    for secret in [
        "ada@",
        "countess@",
        "example.com",
        "hunter2",
        "Hunter2",
        "HUNTER2",
        PASSWORD,
        OTHER_PASSWORD,
        "$argon2",
        &token,
        &code,
        &wrong,
        &session,
        &change,
        &digits,
        &changed,
        "/hooks",
        "from=tests",
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
