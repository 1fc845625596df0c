//! What a reset ends.

use entity::{email_outbox, session, verification};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestApp, count, on_both_databases};

use super::{EMAIL, request, requested};
use crate::{loopback, seconds};

#[on_both_databases]
async fn reset_ends_every_session_and_opens_none(database: Database) {
    let app = TestApp::start(&database).await;
    let first = app.register_and_activate(EMAIL, PASSWORD).await;
    let second = app.sign_in(EMAIL, PASSWORD).await.session_token();
    let (token, code) = request(&app).await;
    app.bearer(&first).me().await.is_active();
    app.reset_password(&token, &code, OTHER_PASSWORD).await.succeeds();
    for session in [first, second] {
        app.bearer(&session).me().await.is_unauthenticated();
    }
    assert_eq!(count::<session::Entity>(app.db()).await, 0);
}

#[on_both_databases]
async fn reset_ends_the_other_verifications_of_the_user(database: Database) {
    let app = TestApp::start(&database).await;
    let session = app.register_and_activate(EMAIL, PASSWORD).await;
    let ada = app.bearer(&session);
    let change = ada.request_email_change("new@example.com", PASSWORD).await;
    let change = change.verification_token();
    app.next_mail(EMAIL).await;
    let change_code = app.next_code("new@example.com").await;
    let (old, old_code) = request(&app).await;
    app.clock.advance(seconds(30));
    let (token, code) = request(&app).await;
    app.reset_password(&token, &code, OTHER_PASSWORD).await.succeeds();
    // A decoy now, since a stranger may have begun it.
    app.reset_password(&old, &old_code, PASSWORD)
        .await
        .fails_with("INVALID_CODE");
    let session = app.sign_in(EMAIL, OTHER_PASSWORD).await.session_token();
    app.bearer(&session)
        .confirm_email_change(&change, &change_code)
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    let open = verification::Entity::find().filter(verification::Column::ConsumedAt.is_null());
    let open = open.all(app.db()).await.expect("an answer");
    assert!(
        open.len() == 1 && open[0].user_id.is_none() && !open[0].mailed,
        "{open:?}"
    );
    app.wait_for_empty_outbox().await;
    assert_eq!(count::<email_outbox::Entity>(app.db()).await, 0);
}

#[on_both_databases]
async fn reset_leaves_other_users_alone(database: Database) {
    let app = TestApp::start(&database).await;
    let other = app.register_and_activate("bob@example.com", PASSWORD).await;
    let others = app.request_password_reset("bob@example.com").await.verification_token();
    let others_code = app.next_code("bob@example.com").await;
    let (token, code) = requested(&app).await;
    app.reset_password(&token, &code, OTHER_PASSWORD).await.succeeds();
    app.bearer(&other).me().await.is_active();
    app.reset_password(&others, &others_code, OTHER_PASSWORD)
        .await
        .succeeds();
}

#[on_both_databases]
async fn reset_clears_the_password_limits(database: Database) {
    let app = TestApp::start(&database).await;
    let (token, code) = requested(&app).await;
    let other = app.at(loopback(2));
    for client in [&*app, &other] {
        for _ in 0..6 {
            client
                .sign_in(EMAIL, "a wrong password")
                .await
                .fails_with("INVALID_CREDENTIALS");
        }
    }
    app.sign_in(EMAIL, PASSWORD).await.fails_with("RATE_LIMITED");
    app.at(loopback(3))
        .sign_in(EMAIL, PASSWORD)
        .await
        .fails_with("RATE_LIMITED");
    app.reset_password(&token, &code, OTHER_PASSWORD).await.succeeds();
    app.sign_in(EMAIL, OTHER_PASSWORD).await.succeeds();
    app.at(loopback(3)).sign_in(EMAIL, OTHER_PASSWORD).await.succeeds();
    // The limit of another network stays.
    other.sign_in(EMAIL, OTHER_PASSWORD).await.fails_with("RATE_LIMITED");
}

#[on_both_databases]
async fn reset_ends_when_the_user_has_another_address(database: Database) {
    let app = TestApp::start(&database).await;
    let session = app.register_and_activate(EMAIL, PASSWORD).await;
    let (token, code) = request(&app).await;
    let ada = app.bearer(&session);
    let change = ada
        .request_email_change("new@example.com", PASSWORD)
        .await
        .verification_token();
    let change_code = app.next_code("new@example.com").await;
    ada.confirm_email_change(&change, &change_code).await.succeeds();
    app.reset_password(&token, &code, OTHER_PASSWORD)
        .await
        .fails_with("INVALID_CODE");
    app.sign_in("new@example.com", PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn decoy_password_stops_working_after_a_reset(database: Database) {
    let app = TestApp::start(&database).await;
    let (token, code) = requested(&app).await;
    app.clock.advance(seconds(30));
    app.register(EMAIL, "a decoy's password").await.succeeds();
    app.reset_password(&token, &code, OTHER_PASSWORD).await.succeeds();
    app.sign_in(EMAIL, "a decoy's password")
        .await
        .fails_with("INVALID_CREDENTIALS");
    app.sign_in(EMAIL, OTHER_PASSWORD).await.succeeds();
}
