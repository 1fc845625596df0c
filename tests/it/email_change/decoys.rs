//! A change to an address that has a user already is a decoy.

use entity::verification;
use sea_orm::EntityTrait;
use sea_orm::sea_query::Expr;
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestApp, on_both_databases};

use super::{NEW, OLD, ada, request};
use crate::seconds;

#[on_both_databases]
async fn taken_address_gets_the_same_answers(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("taken@example.com", OTHER_PASSWORD).await;
    let ada = ada(&app).await;
    app.clock.advance(seconds(30));
    let mut seen = Vec::new();
    for email in ["taken@example.com", "free1@example.com"] {
        let requested = ada.request_email_change(email, PASSWORD).await;
        let token = requested.verification_token();
        let mail = app.next_mail(email).await;
        let mut answers = vec![requested.redacted()];
        // Eight digits that fit with a chance of one in 25 million.
        for _ in 0..4 {
            answers.push(ada.confirm_email_change(&token, "31415926").await.redacted());
        }
        app.clock.advance(seconds(600));
        answers.push(ada.confirm_email_change(&token, "31415926").await.redacted());
        app.clock.advance(seconds(3_000));
        answers.push(ada.confirm_email_change(&token, "31415926").await.redacted());
        seen.push((answers, mail.codes.is_empty(), mail.subject.clone()));
    }
    assert_eq!(seen[0].0, seen[1].0);
    assert!(seen[0].1 && !seen[1].1, "{seen:?}");
    assert_eq!(seen[0].2, "This address already belongs to your account");
    app.sign_in("taken@example.com", OTHER_PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn decoy_never_succeeds_with_the_right_code(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = ada(&app).await;
    let (token, code) = request(&app, &ada).await;
    // As for a taken address: no email holds the code.
    verification::Entity::update_many()
        .col_expr(verification::Column::Mailed, Expr::value(false))
        .exec(app.db())
        .await
        .expect("the update succeeds");
    ada.confirm_email_change(&token, &code).await.fails_with("INVALID_CODE");
    ada.me().await.is_user(OLD);
}

#[on_both_databases]
async fn address_that_was_taken_meanwhile_is_not_found(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = ada(&app).await;
    let (token, code) = request(&app, &ada).await;
    app.clock.advance(seconds(30));
    let other = app.register_and_activate(NEW, OTHER_PASSWORD).await;
    for _ in 0..2 {
        ada.confirm_email_change(&token, &code)
            .await
            .fails_with("VERIFICATION_NOT_FOUND");
    }
    ada.me().await.is_user(OLD);
    app.bearer(&other).me().await.is_user(NEW);
}
