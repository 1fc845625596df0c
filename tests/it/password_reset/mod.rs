//! Replacing a forgotten password.

mod effects;
mod limits;
mod races;

use tests::{Database, OTHER_PASSWORD, PASSWORD, TestApp, on_both_databases, wrong_code};

use crate::seconds;

const EMAIL: &str = "ada@example.com";

/// A user, and the token and the code of a reset.
async fn requested(app: &TestApp) -> (String, String) {
    app.register_and_activate(EMAIL, PASSWORD).await;
    request(app).await
}

/// The token and the code of a new reset.
async fn request(app: &TestApp) -> (String, String) {
    let token = app.request_password_reset(EMAIL).await.verification_token();
    (token, app.next_code(EMAIL).await)
}

#[on_both_databases]
async fn reset_replaces_the_password(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate(EMAIL, PASSWORD).await;
    let requested = app.request_password_reset(EMAIL).await;
    let payload = requested.succeeds();
    assert_eq!(payload["codeLength"], 8);
    assert_eq!(payload["codeExpiresInSeconds"], 600);
    assert_eq!(payload["resendAvailableInSeconds"], 30);
    let code = app.next_code(EMAIL).await;
    assert_eq!(code.len(), 8);

    let token = requested.verification_token();
    let reset = app.reset_password(&token, &code, OTHER_PASSWORD).await;
    assert_eq!(reset.succeeds()["user"]["email"], EMAIL);
    app.sign_in(EMAIL, PASSWORD).await.fails_with("INVALID_CREDENTIALS");
    app.sign_in(EMAIL, OTHER_PASSWORD).await.succeeds();
    assert_eq!(app.next_mail(EMAIL).await.subject, "Your password was changed");
}

#[on_both_databases]
async fn code_works_for_ten_minutes(database: Database) {
    let app = TestApp::start(&database).await;
    let (token, code) = requested(&app).await;
    app.clock.advance(seconds(599));
    app.reset_password(&token, &wrong_code(&code), OTHER_PASSWORD)
        .await
        .fails_with("INVALID_CODE")
        .attempts_remaining(2)
        .field("code");
    app.clock.advance(seconds(1));
    app.reset_password(&token, &code, OTHER_PASSWORD)
        .await
        .fails_with("CODE_EXPIRED")
        .field("code");
    let (token, code) = request(&app).await;
    app.clock.advance(seconds(599));
    app.reset_password(&token, &code, OTHER_PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn code_has_three_tries(database: Database) {
    let app = TestApp::start(&database).await;
    let (token, code) = requested(&app).await;
    for remaining in [2, 1, 0] {
        app.reset_password(&token, &wrong_code(&code), OTHER_PASSWORD)
            .await
            .fails_with("INVALID_CODE")
            .attempts_remaining(remaining);
    }
    app.reset_password(&token, &code, OTHER_PASSWORD)
        .await
        .fails_with("TOO_MANY_ATTEMPTS")
        .attempts_remaining(0);
    app.sign_in(EMAIL, PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn answers_come_in_the_documented_order(database: Database) {
    let app = TestApp::start(&database).await;
    let (token, code) = requested(&app).await;
    app.reset_password("unknown", "no code", "short")
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    let long = "long ".repeat(26);
    for (password, expected) in [
        ("short", "PASSWORD_TOO_SHORT"),
        (long.as_str(), "PASSWORD_TOO_LONG"),
        ("password", "PASSWORD_TOO_WEAK"),
        (EMAIL, "PASSWORD_TOO_WEAK"),
    ] {
        // The code is not looked at, so none of these spends a try.
        for code in [code.as_str(), "no code"] {
            app.reset_password(&token, code, password)
                .await
                .fails_with(expected)
                .field("newPassword");
        }
    }
    app.reset_password(&token, "no code", OTHER_PASSWORD)
        .await
        .fails_with("INVALID_CODE")
        .attempts_remaining(3);
    app.reset_password(&token, &code, OTHER_PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn token_names_only_an_open_reset(database: Database) {
    let app = TestApp::start(&database).await;
    let registration = app.register("bob@example.com", PASSWORD).await.verification_token();
    let activation_code = app.next_code("bob@example.com").await;
    let (token, code) = requested(&app).await;
    // A token of another purpose.
    app.reset_password(&registration, &activation_code, OTHER_PASSWORD)
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    app.activate_with_token(&token, &code)
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    app.resend_with_token(&token).await.fails_with("VERIFICATION_NOT_FOUND");
    // A used one.
    app.reset_password(&token, &code, OTHER_PASSWORD).await.succeeds();
    app.reset_password(&token, &code, PASSWORD)
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    // One that is an hour old.
    app.next_mail(EMAIL).await;
    app.clock.advance(seconds(30));
    let (token, code) = request(&app).await;
    app.clock.advance(seconds(60 * 60));
    app.reset_password(&token, &code, PASSWORD)
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    app.sign_in(EMAIL, OTHER_PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn bad_address_is_refused(database: Database) {
    let app = TestApp::start(&database).await;
    for email in ["", "ada", "ada@", "ada@192.0.2.1", "a@b@c"] {
        app.request_password_reset(email)
            .await
            .fails_with("INVALID_EMAIL")
            .field("email");
    }
}

#[on_both_databases]
async fn address_without_a_user_is_told_so(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.request_password_reset(EMAIL).await.verification_token();
    let mail = app.next_mail(EMAIL).await;
    assert!(mail.codes.is_empty(), "{:?}", mail.subject);
    assert_eq!(mail.subject, "No account uses this address");
    // A user who comes later is not reset with it.
    app.clock.advance(seconds(30));
    app.register_and_activate(EMAIL, PASSWORD).await;
    app.reset_password(&token, "00000000", OTHER_PASSWORD)
        .await
        .fails_with("INVALID_CODE")
        .attempts_remaining(2);
}

#[on_both_databases]
async fn code_goes_to_the_address_as_it_was_proved(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("Ada@example.com", PASSWORD).await;
    app.request_password_reset("ADA@EXAMPLE.COM").await.succeeds();
    let mail = app.next_mail("Ada@example.com").await;
    assert!(!mail.codes.is_empty(), "{:?}", mail.subject);
}
