//! The whole flow, from `register` to `signIn`.

use serde_json::json;
use tests::{Database, PASSWORD, TestApp, on_both_databases};

use crate::seconds;

#[on_both_databases]
async fn user_registers_activates_and_signs_in(database: Database) {
    let app = TestApp::start(&database).await;

    let registered = app.register("Ada@Example.com", PASSWORD).await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(registered.redacted(), @r#"
        {
          "data": {
            "register": {
              "codeExpiresInSeconds": 60,
              "codeLength": 4,
              "resendAvailableInSeconds": 30,
              "userErrors": [],
              "verificationToken": "[verificationToken]"
            }
          }
        }
        "#);
    }

    let code = app.next_code("Ada@example.com").await;
    let ada = app.basic("ada@example.com", PASSWORD);
    let pending = ada.me().await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(pending.redacted(), @r#"
        {
          "data": {
            "me": {
              "activatedAt": null,
              "createdAt": "2026-01-04T12:00:00.000Z",
              "email": "Ada@Example.com",
              "id": "[id]",
              "status": "PENDING"
            }
          }
        }
        "#);
    }

    app.clock.advance(seconds(42));
    let activated = ada.activate(&code).await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(activated.redacted(), @r#"
        {
          "data": {
            "activate": {
              "session": {
                "expiresAt": "2026-02-03T12:00:42.000Z",
                "id": "[id]",
                "idleTimeoutSeconds": 604800,
                "token": "[token]",
                "user": {
                  "activatedAt": "2026-01-04T12:00:42.000Z",
                  "createdAt": "2026-01-04T12:00:00.000Z",
                  "email": "Ada@Example.com",
                  "id": "[id]",
                  "status": "ACTIVE"
                }
              },
              "user": {
                "activatedAt": "2026-01-04T12:00:42.000Z",
                "createdAt": "2026-01-04T12:00:00.000Z",
                "email": "Ada@Example.com",
                "id": "[id]",
                "status": "ACTIVE"
              },
              "userErrors": []
            }
          }
        }
        "#);
    }
    let user = &activated.payload()["user"];
    assert_eq!(user["id"], pending.payload()["id"]);
    assert_eq!(&activated.payload()["session"]["user"], user);
    assert_eq!(app.bearer(&activated.session_token()).me().await.payload(), user);
    assert_eq!(ada.me().await.payload(), user);

    let signed_in = app.sign_in("ADA@example.com ", PASSWORD).await;
    signed_in.succeeds();
    assert_eq!(app.bearer(&signed_in.session_token()).me().await.payload(), user);
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
    insta::allow_duplicates! {
        insta::assert_snapshot!(answer.redacted(), @r#"
        {
          "data": {
            "registrationPolicy": {
              "codeLength": 6,
              "codeMaxAttempts": 3,
              "codeTtlSeconds": 90,
              "passwordMaxLength": 128,
              "passwordMinLength": 8,
              "resendCooldownSeconds": 30
            }
          }
        }
        "#);
    }
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

#[on_both_databases]
async fn emails_explain_themselves(database: Database) {
    let app = TestApp::start(&database).await;
    app.register("ada@example.com", PASSWORD).await;
    let mail = app.next_mail("ada@example.com").await;
    let code = mail.codes[0].clone();
    assert!(mail.html.contains(&code), "{}", mail.html);
    insta::allow_duplicates! {
        // The code may look like a part of a date.
        let shown = ["Subject: ", "    "].iter().fold(shown(&mail), |shown, before| {
            shown.replace(&format!("{before}{code}"), &format!("{before}[code]"))
        });
        insta::assert_snapshot!(shown, @r"
        From: Registration <no-reply@example.com>
        To: ada@example.com
        Subject: [code] is your activation code
        Date: Sun, 04 Jan 2026 12:00:00 +0000
        Auto-Submitted: auto-generated
        X-Code-Expires: 2026-01-04T12:01:00.000Z

        Your activation code

            [code]

        It expires 60 seconds after this email was sent. You can request a new one on the page where you registered.

        If you didn't register, ignore this email; no account is activated without the code.
        ");
    }
    app.basic("ada@example.com", PASSWORD).activate(&code).await;
    app.clock.advance(seconds(30));
    app.register("ada@example.com", PASSWORD).await;
    let mail = app.next_mail("ada@example.com").await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(shown(&mail), @r"
        From: Registration <no-reply@example.com>
        To: ada@example.com
        Subject: You already have an account
        Date: Sun, 04 Jan 2026 12:00:30 +0000
        Auto-Submitted: auto-generated

        You already have an account

        Someone (maybe you) tried to register with this address. Nothing about your account has changed. Sign in with your password. If you forgot your password, reset it.

        If this wasn't you, ignore this email; no one got into your account.
        ");
    }
}

/// The email as a person sees it, with the headers that matter.
fn shown(mail: &mailer_mock::Message) -> String {
    let raw = String::from_utf8_lossy(&mail.raw);
    let head = raw.split("\r\n\r\n").next().unwrap_or_default();
    let shown = [
        "From:",
        "To:",
        "Subject:",
        "Date:",
        "Auto-Submitted:",
        "X-Code-Expires:",
    ];
    let lines = head
        .lines()
        .filter(|line| shown.iter().any(|name| line.starts_with(name)));
    format!("{}\n\n{}", lines.collect::<Vec<_>>().join("\n"), mail.text.trim_end())
}
