//! The whole flow, from `register` to `signIn`.

use serde_json::json;
use tests::{Database, PASSWORD, TestApp, on_both_databases};

use crate::{NOON, seconds};

#[on_both_databases]
async fn user_registers_activates_and_signs_in(database: Database) {
    let app = TestApp::start(&database).await;

    let registered = app.register("Ada@Example.com", PASSWORD).await;
    assert_eq!(
        registered.payload(),
        &json!({
            "codeExpiresInSeconds": 60,
            "codeLength": 4,
            "resendAvailableInSeconds": 30,
            "userErrors": [],
        })
    );

    let mail = app.next_mail("Ada@example.com").await;
    let code = mail.codes[0].clone();
    assert_eq!(mail.subject, format!("{code} is your activation code"));
    assert!(mail.text.contains(&code) && mail.html.contains(&code));
    assert!(mail.text.contains("60 seconds"), "{}", mail.text);
    assert!(mail.text.contains("ignore this mail"), "{}", mail.text);

    let ada = app.basic("ada@example.com", PASSWORD);
    let pending = ada.me().await;
    pending.is_pending();
    assert_eq!(pending.payload()["activatedAt"], json!(null));

    app.clock.advance(seconds(42));
    let activated = ada.activate(&code).await;
    let user = &activated.payload()["user"];
    activated.succeeds();
    assert_eq!(user["email"], "Ada@Example.com");
    assert_eq!(user["status"], "ACTIVE");
    assert_eq!(user["createdAt"], NOON);
    assert_eq!(user["activatedAt"], "2026-01-04T12:00:42.000Z");
    let session = &activated.payload()["session"];
    assert_eq!(session["expiresAt"], "2026-02-03T12:00:42.000Z");
    assert_eq!(session["idleTimeoutSeconds"], 7 * 24 * 60 * 60);
    assert_eq!(&session["user"], user);

    let token = activated.session_token();
    assert_eq!(app.bearer(&token).me().await.payload(), user);
    assert_eq!(ada.me().await.payload(), user);

    let signed_in = app.sign_in("ADA@example.com ", PASSWORD).await;
    signed_in.succeeds();
    let token = signed_in.session_token();
    assert_eq!(app.bearer(&token).me().await.payload(), user);
}

#[on_both_databases]
async fn me_is_null_without_credentials(database: Database) {
    let app = TestApp::start(&database).await;
    let answer = app.me().await;
    assert_eq!(answer.body, json!({ "data": { "me": null } }));
}

#[on_both_databases]
async fn registration_policy_reports_the_settings(database: Database) {
    let app = TestApp::with(&database, |app| {
        app.policy.code_length = 6;
        app.policy.code_ttl = seconds(90);
    })
    .await;
    let query = "{registrationPolicy{passwordMinLength passwordMaxLength codeLength codeTtlSeconds codeMaxAttempts \
                 resendCooldownSeconds}}";
    let answer = app.send(query, json!({})).await;
    assert_eq!(
        answer.payload(),
        &json!({
            "passwordMinLength": 8,
            "passwordMaxLength": 128,
            "codeLength": 6,
            "codeTtlSeconds": 90,
            "codeMaxAttempts": 3,
            "resendCooldownSeconds": 30,
        })
    );
    assert_eq!(app.register_and_read_code("ada@example.com", PASSWORD).await.len(), 6);
}

#[on_both_databases]
async fn restarted_server_keeps_users_and_sessions(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    let before = app.bearer(&token).me().await;
    app.stop().await;

    let app = TestApp::start(&database).await;
    assert_eq!(app.bearer(&token).me().await.body, before.body);
    app.sign_in("ada@example.com", PASSWORD).await.succeeds();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn emails_explain_themselves() {
    let app = TestApp::start(&tests::Database::sqlite()).await;
    app.register("ada@example.com", PASSWORD).await;
    let mail = app.next_mail("ada@example.com").await;
    let code = mail.codes[0].clone();
    insta::assert_snapshot!(shown(&mail).replace(&code, "[code]"), @r"
    From: Registration <no-reply@example.com>
    To: ada@example.com
    Subject: [code] is your activation code
    Date: Sun, 04 Jan 2026 12:00:00 +0000
    Auto-Submitted: auto-generated

    Your activation code is

        [code]

    Enter it where you registered. It can be used for 60 seconds
    from the moment this mail was sent; you can ask for another one there.

    You did not register? Then ignore this mail: without the code nothing happens.
    ");
    app.basic("ada@example.com", PASSWORD).activate(&code).await;
    app.clock.advance(seconds(30));
    app.register("ada@example.com", PASSWORD).await;
    let mail = app.next_mail("ada@example.com").await;
    insta::assert_snapshot!(shown(&mail), @r"
    From: Registration <no-reply@example.com>
    To: ada@example.com
    Subject: You already have an account
    Date: Sun, 04 Jan 2026 12:00:30 +0000
    Auto-Submitted: auto-generated

    Somebody, perhaps you, tried to register this address.

    You already have an account, and nothing about it has changed.
    Sign in with the password that you chose.

    It was not you? Then ignore this mail: nobody got in.
    ");
}

/// The email as a person sees it, with the headers that matter.
fn shown(mail: &mailer_mock::Message) -> String {
    let raw = String::from_utf8_lossy(&mail.raw);
    let head = raw.split("\r\n\r\n").next().unwrap_or_default();
    let shown = ["From:", "To:", "Subject:", "Date:", "Auto-Submitted:"];
    let lines = head
        .lines()
        .filter(|line| shown.iter().any(|name| line.starts_with(name)));
    format!("{}\n\n{}", lines.collect::<Vec<_>>().join("\n"), mail.text.trim_end())
}
