//! Changing the email address of an account.

mod decoys;
mod races;

use serde_json::json;
use tests::{Client, Database, OTHER_PASSWORD, PASSWORD, TestApp, on_both_databases, wrong_code};

use crate::{loopback, seconds};

const OLD: &str = "ada@example.com";
const NEW: &str = "new@example.com";

/// A signed-in user.
async fn ada(app: &TestApp) -> Client {
    let session = app.register_and_activate(OLD, PASSWORD).await;
    app.bearer(&session)
}

/// The token and the code of a new change.
async fn request(app: &TestApp, client: &Client) -> (String, String) {
    let token = client.request_email_change(NEW, PASSWORD).await.verification_token();
    (token, app.next_code(NEW).await)
}

#[on_both_databases]
async fn change_replaces_the_address(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = ada(&app).await;
    let requested = ada.request_email_change("New@Example.com", PASSWORD).await;
    let payload = requested.succeeds();
    assert_eq!(payload["codeLength"], 8);
    assert_eq!(payload["codeExpiresInSeconds"], 600);
    assert_eq!(
        app.next_mail(OLD).await.subject,
        "Your email address is about to change"
    );
    let code = app.next_code("New@Example.com").await;
    assert_eq!(code.len(), 8);
    ada.me().await.is_user(OLD);

    let changed = ada.confirm_email_change(&requested.verification_token(), &code).await;
    assert_eq!(changed.succeeds()["user"]["email"], "New@Example.com");
    assert_eq!(app.next_mail(OLD).await.subject, "Your email address was changed");
    // The session stays open.
    ada.me().await.is_user("New@Example.com");
    app.sign_in(NEW, PASSWORD).await.succeeds();
    app.sign_in(OLD, PASSWORD).await.fails_with("INVALID_CREDENTIALS");
    // The former address is free.
    app.clock.advance(seconds(30));
    app.register_and_activate(OLD, OTHER_PASSWORD).await;
}

#[on_both_databases]
async fn refused_requests_email_nobody(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = ada(&app).await;
    for email in ["", "new", "new@192.0.2.1"] {
        ada.request_email_change(email, PASSWORD)
            .await
            .fails_with("INVALID_EMAIL")
            .field("newEmail");
    }
    for email in [OLD, "ADA@example.com", " ada@EXAMPLE.com"] {
        ada.request_email_change(email, PASSWORD)
            .await
            .fails_with("EMAIL_UNCHANGED")
            .field("newEmail");
    }
    ada.request_email_change(NEW, "a wrong password")
        .await
        .fails_with("INVALID_CREDENTIALS")
        .field("currentPassword");
    for client in [app.basic(OLD, PASSWORD), app.bearer("unknown"), app.at(loopback(1))] {
        client.request_email_change(NEW, PASSWORD).await.is_unauthenticated();
        client
            .confirm_email_change("unknown", "00000000")
            .await
            .is_unauthenticated();
    }
    assert!(app.mailbox().messages_to(NEW).is_empty());
}

#[on_both_databases]
async fn code_has_three_tries_and_ten_minutes(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = ada(&app).await;
    let (token, code) = request(&app, &ada).await;
    for remaining in [2, 1, 0] {
        ada.confirm_email_change(&token, &wrong_code(&code))
            .await
            .fails_with("INVALID_CODE")
            .attempts_remaining(remaining)
            .field("code");
    }
    ada.confirm_email_change(&token, &code)
        .await
        .fails_with("TOO_MANY_ATTEMPTS");
    app.clock.advance(seconds(30));
    let (token, code) = request(&app, &ada).await;
    app.clock.advance(seconds(600));
    ada.confirm_email_change(&token, &code).await.fails_with("CODE_EXPIRED");
    ada.me().await.is_user(OLD);
}

#[on_both_databases]
async fn token_names_only_the_open_change_of_the_caller(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = ada(&app).await;
    let bob = app.register_and_activate("bob@example.com", PASSWORD).await;
    let (old, old_code) = request(&app, &ada).await;
    app.bearer(&bob)
        .confirm_email_change(&old, &old_code)
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    // A new change replaces the open one.
    app.clock.advance(seconds(30));
    let (token, code) = request(&app, &ada).await;
    ada.confirm_email_change(&old, &old_code)
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    ada.confirm_email_change(&token, &code).await.succeeds();
    ada.confirm_email_change(&token, &code)
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    // One ends after an hour.
    app.clock.advance(seconds(30));
    let token = ada.request_email_change(OLD, PASSWORD).await.verification_token();
    app.clock.advance(seconds(60 * 60));
    ada.confirm_email_change(&token, "00000000")
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
}

#[on_both_databases]
async fn open_registration_of_the_new_address_tells_nothing(database: Database) {
    let app = TestApp::start(&database).await;
    let registration = app.register(NEW, OTHER_PASSWORD).await.verification_token();
    let activation_code = app.next_code(NEW).await;
    app.clock.advance(seconds(30));
    let ada = ada(&app).await;
    let (token, code) = request(&app, &ada).await;
    ada.confirm_email_change(&token, &code).await.succeeds();
    // It stays, as if nobody had the address: its end would tell the person who began it.
    app.activate_with_token(&registration, &wrong_code(&activation_code))
        .await
        .fails_with("INVALID_CODE");
    // Only the owner of the mailbox has the right code.
    app.activate_with_token(&registration, &activation_code)
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    ada.me().await.is_user(NEW);
}

#[on_both_databases]
async fn emails_to_the_new_address_are_limited(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = ada(&app).await;
    // Registrations and changes share the budget of an address.
    app.register(NEW, OTHER_PASSWORD).await.succeeds();
    ada.request_email_change(NEW, PASSWORD)
        .await
        .fails_with("RATE_LIMITED")
        .retry_after(30);
    for _ in 0..2 {
        app.clock.advance(seconds(30));
        ada.request_email_change(NEW, PASSWORD).await.succeeds();
    }
    app.clock.advance(seconds(30));
    ada.request_email_change(NEW, PASSWORD)
        .await
        .fails_with("RATE_LIMITED")
        .retry_after(3_600 - 90);
}

#[on_both_databases]
async fn both_mutations_count_against_the_client(database: Database) {
    let app = TestApp::with(&database, |builder| builder.client_limit_per_minute = 4).await;
    // Registering and activating are two operations.
    let ada = ada(&app).await;
    let token = ada.request_email_change(NEW, PASSWORD).await.verification_token();
    ada.confirm_email_change(&token, "31415926")
        .await
        .fails_with("INVALID_CODE");
    ada.request_email_change(NEW, PASSWORD).await.fails_with("RATE_LIMITED");
    ada.confirm_email_change(&token, "31415926")
        .await
        .fails_with("RATE_LIMITED");
}

#[on_both_databases]
async fn full_hash_queue_refuses_at_once(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = ada(&app).await;
    let hasher = app.server().app().hasher.clone();
    let held: Vec<_> = std::iter::from_fn(|| hasher.reserve().ok()).collect();
    ada.request_email_change(NEW, PASSWORD).await.is_overloaded();
    drop(held);
    ada.request_email_change(NEW, PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn emails_are_in_the_language_of_the_request(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = ada(&app).await;
    let query = "mutation($input:RequestEmailChangeInput!){requestEmailChange(input:$input){userErrors{code}}}";
    let input = json!({ "newEmail": NEW, "currentPassword": PASSWORD, "locale": "fr-CA" });
    ada.send(query, json!({ "input": input })).await.succeeds();
    for (email, words) in [(NEW, "code de confirmation"), (OLD, "adresse e-mail")] {
        let subject = app.next_mail(email).await.subject.clone();
        assert!(subject.contains(words), "{subject}");
    }
}

#[on_both_databases]
async fn requests_of_one_user_are_limited(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = ada(&app).await;
    for number in 0..10 {
        let email = format!("new{number}@example.com");
        ada.request_email_change(&email, PASSWORD).await.succeeds();
    }
    // Nobody sent an email to this address.
    let answer = ada.request_email_change(NEW, PASSWORD).await;
    let error = &answer.payload()["userErrors"][0];
    assert_eq!(error["message"], "Too many attempts. Try again in 60 minutes.");
    answer.fails_with("RATE_LIMITED").retry_after(3_600);
}

#[on_both_databases]
async fn current_password_is_limited(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = ada(&app).await;
    for _ in 0..6 {
        ada.request_email_change(NEW, "a wrong password")
            .await
            .fails_with("INVALID_CREDENTIALS");
    }
    ada.request_email_change(NEW, PASSWORD)
        .await
        .fails_with("RATE_LIMITED")
        .retry_after(30 * 60);
    // It locks nobody out: signing in has limits of its own.
    app.sign_in(OLD, PASSWORD).await.succeeds();
}
