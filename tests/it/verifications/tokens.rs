//! Verification tokens.

use entity::{Purpose, verification};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestApp, count, on_both_databases, wrong_code};

use crate::seconds;

const DAY: u64 = 24 * 60 * 60;

#[on_both_databases]
async fn token_activates_without_a_hash(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register("ada@example.com", PASSWORD).await.verification_token();
    let code = app.next_code("ada@example.com").await;
    app.clock.advance(seconds(30));
    app.resend_with_token(&token).await.succeeds();
    let new_code = app.next_code("ada@example.com").await;
    if code != new_code {
        app.activate_with_token(&token, &code).await.fails_with("INVALID_CODE");
    }
    let activated = app.activate_with_token(&token, &new_code).await;
    app.bearer(&activated.session_token()).me().await.is_active();

    let metrics = app.request(reqwest::Method::GET, "/metrics").send().await;
    let metrics = metrics.expect("the server answers").text().await.expect("a body");
    // Registering took an estimate and the only hash.
    assert!(metrics.contains("\nhashing_duration_seconds_count 1\n"), "{metrics}");
}

#[on_both_databases]
async fn token_of_a_replaced_registration_is_not_found(database: Database) {
    let app = TestApp::start(&database).await;
    let old = app.register("ada@example.com", PASSWORD).await.verification_token();
    app.next_code("ada@example.com").await;
    app.clock.advance(seconds(30));
    let new = app.register("ada@example.com", PASSWORD).await.verification_token();
    let code = app.next_code("ada@example.com").await;
    for token in [old.as_str(), "unknown", ""] {
        app.activate_with_token(token, &code)
            .await
            .fails_with("VERIFICATION_NOT_FOUND");
        app.resend_with_token(token).await.fails_with("VERIFICATION_NOT_FOUND");
    }
    app.activate_with_token(&new, &code).await.succeeds();
}

#[on_both_databases]
async fn token_lives_for_a_day(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register("ada@example.com", PASSWORD).await.verification_token();
    app.next_code("ada@example.com").await;
    app.clock.advance(seconds(DAY - 1));
    // A resend does not prolong it.
    app.resend_with_token(&token).await.succeeds();
    let code = app.next_code("ada@example.com").await;
    app.clock.advance(seconds(1));
    app.activate_with_token(&token, &code)
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    app.resend_with_token(&token).await.fails_with("VERIFICATION_NOT_FOUND");
    let ada = app.basic("ada@example.com", PASSWORD);
    ada.activate(&code).await.fails_with("INVALID_CREDENTIALS");
    ada.me().await.is_unauthenticated();
}

#[on_both_databases]
async fn verification_of_another_purpose_is_not_a_registration(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register("ada@example.com", PASSWORD).await.verification_token();
    let code = app.next_code("ada@example.com").await;
    let purpose = Expr::value(Purpose::PasswordReset);
    let change = verification::Entity::update_many().col_expr(verification::Column::Purpose, purpose);
    change.exec(app.db()).await.expect("the update succeeds");
    app.activate_with_token(&token, &code)
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    app.resend_with_token(&token).await.fails_with("VERIFICATION_NOT_FOUND");
    app.basic("ada@example.com", PASSWORD).me().await.is_unauthenticated();
    // A registration does not replace it.
    app.clock.advance(seconds(30));
    app.register("ada@example.com", PASSWORD).await.succeeds();
    assert_eq!(count::<verification::Entity>(app.db()).await, 2);
}

#[on_both_databases]
async fn used_token_is_already_activated(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register("ada@example.com", PASSWORD).await.verification_token();
    let code = app.next_code("ada@example.com").await;
    app.activate_with_token(&token, &code).await.succeeds();
    let again = app.activate_with_token(&token, &code).await;
    again.fails_with("ALREADY_ACTIVATED");
    // The token proves nothing, so the answer shows no user.
    assert_eq!(again.payload()["user"], Value::Null);
    app.resend_with_token(&token).await.fails_with("ALREADY_ACTIVATED");
    // Also after somebody registers the address again.
    app.clock.advance(seconds(30));
    app.register("ada@example.com", OTHER_PASSWORD).await.succeeds();
    app.activate_with_token(&token, &code)
        .await
        .fails_with("ALREADY_ACTIVATED");
}

#[on_both_databases]
async fn token_takes_precedence_over_basic(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register("ada@example.com", PASSWORD).await.verification_token();
    let code = app.next_code("ada@example.com").await;
    let bob = app.basic("bob@example.com", "wrong password");
    bob.activate_with_token("unknown", &code)
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    bob.activate_with_token(&token, &code).await.succeeds();
}

#[on_both_databases]
async fn wrong_code_by_token_counts_like_one_by_password(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register("ada@example.com", PASSWORD).await.verification_token();
    let code = app.next_code("ada@example.com").await;
    let wrong = wrong_code(&code);
    app.activate_with_token(&token, &wrong)
        .await
        .fails_with("INVALID_CODE")
        .attempts_remaining(2);
    app.basic("ada@example.com", PASSWORD)
        .activate(&wrong)
        .await
        .fails_with("INVALID_CODE")
        .attempts_remaining(1);
    app.activate_with_token(&token, "not a code")
        .await
        .fails_with("INVALID_CODE")
        .attempts_remaining(1);
    app.activate_with_token(&token, &code).await.succeeds();
    let consumed = verification::Entity::find().filter(verification::Column::ConsumedAt.is_not_null());
    assert_eq!(consumed.all(app.db()).await.expect("the database answers").len(), 1);
}
