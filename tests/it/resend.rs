//! `resendActivationCode`.

use entity::email_outbox;
use tests::{Database, PASSWORD, TestApp, TestCore, credentials, on_both_databases, wrong_code};

use crate::seconds;

#[on_both_databases]
async fn resend_replaces_the_code(database: Database) {
    let app = TestApp::start(&database).await;
    let first = app.register_and_read_code("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    let id = ada.me().await.payload()["id"].clone();
    for _ in 0..3 {
        ada.activate(&wrong_code(&first)).await;
    }
    app.clock.advance(seconds(30));
    let resent = ada.resend().await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(resent.redacted(), @r#"
        {
          "data": {
            "resendActivationCode": {
              "codeExpiresInSeconds": 60,
              "codeLength": 4,
              "resendAvailableInSeconds": 30,
              "userErrors": []
            }
          }
        }
        "#);
    }
    let second = app.next_code("ada@example.com").await;
    if first != second {
        ada.activate(&first).await.fails_with("INVALID_CODE");
    }
    // The 60 seconds of the new code start when it is sent.
    app.clock.advance(seconds(59));
    let activated = ada.activate(&second).await;
    activated.succeeds();
    assert_eq!(activated.payload()["user"]["id"], id);
}

#[on_both_databases]
async fn resend_works_after_expiry(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.register_and_read_code("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    app.clock.advance(seconds(61));
    ada.activate(&code).await.fails_with("CODE_EXPIRED");
    ada.resend().await.succeeds();
    let fresh = app.next_code("ada@example.com").await;
    ada.activate(&fresh).await.succeeds();
}

#[on_both_databases]
async fn resend_and_register_share_their_limits(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_read_code("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    app.clock.advance(seconds(29));
    ada.resend().await.fails_with("RATE_LIMITED").retry_after(1);
    app.clock.advance(seconds(1));
    ada.resend().await.succeeds();
    app.clock.advance(seconds(30));
    app.register("ada@example.com", PASSWORD).await.succeeds();
    app.clock.advance(seconds(30));
    ada.resend().await.fails_with("RATE_LIMITED");
}

#[on_both_databases]
async fn resend_within_the_cooldown_waits_only_for_the_cooldown(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_read_code("ada@example.com", PASSWORD).await;
    app.clock.advance(seconds(30));
    let ada = app.basic("ada@example.com", PASSWORD);
    ada.resend().await.succeeds();
    app.clock.advance(seconds(1));
    // The hour of the network still has an email left.
    ada.resend().await.fails_with("RATE_LIMITED").retry_after(29);
    app.clock.advance(seconds(29));
    ada.resend().await.succeeds();
}

#[on_both_databases]
async fn resend_keeps_the_emails_of_others(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.register("bob@example.com", PASSWORD, 1).await;
    core.advance(30);
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(core.resend(&ada).await, Ok(()));
    assert_eq!(core.count::<email_outbox::Entity>().await, 2);
}

#[on_both_databases]
async fn only_pending_users_can_resend(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    // Even within the cooldown.
    app.basic("ada@example.com", PASSWORD)
        .resend()
        .await
        .fails_with("ALREADY_ACTIVATED");
    app.basic("ada@example.com", "wrong password")
        .resend()
        .await
        .fails_with("INVALID_CREDENTIALS");
    app.basic("bob@example.com", PASSWORD)
        .resend()
        .await
        .fails_with("INVALID_CREDENTIALS");
    app.resend().await.is_unauthenticated();
    assert_eq!(app.mailbox().messages().len(), 1);
}
