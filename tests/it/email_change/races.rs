//! Changes that race.

use api::accounts::{self, DomainError, NewAddress};
use api::credentials::{EmailAddress, Identity};
use api::sessions::{FoundSession, SessionToken};
use entity::{HiddenText, Purpose, user, verification};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tests::{
    Answers, Database, OTHER_PASSWORD, PASSWORD, TestApp, TestCore, client, count, credentials, on_both_databases,
    wrong_code,
};

use super::{NEW, OLD, ada, request};
use crate::{loopback, seconds};

#[on_both_databases]
async fn one_of_200_right_codes_succeeds(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = ada(&app).await;
    let (token, code) = request(&app, &ada).await;
    let answers = Answers::to((0..200).map(|_| {
        let (ada, token, code) = (ada.clone(), token.clone(), code.clone());
        async move { ada.confirm_email_change(&token, &code).await }
    }))
    .await;
    answers.are_only(&["OK", "VERIFICATION_NOT_FOUND", "TOO_MANY_ATTEMPTS"]);
    assert_eq!(answers.count("OK"), 1);
    ada.me().await.is_user(NEW);
}

#[on_both_databases]
async fn three_of_200_wrong_codes_are_tried(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = ada(&app).await;
    let (token, code) = request(&app, &ada).await;
    let wrong = wrong_code(&code);
    let answers = Answers::to((0..200).map(|_| {
        let (ada, token, wrong) = (ada.clone(), token.clone(), wrong.clone());
        async move { ada.confirm_email_change(&token, &wrong).await }
    }))
    .await;
    answers.are_only(&["INVALID_CODE", "TOO_MANY_ATTEMPTS"]);
    assert_eq!(answers.count("INVALID_CODE"), 3);
    ada.me().await.is_user(OLD);
}

#[on_both_databases]
async fn requests_leave_one_open_change(database: Database) {
    let app = TestApp::start(&database).await;
    let session = app.register_and_activate(OLD, PASSWORD).await;
    let answers = Answers::to((0..200_u8).map(|number| {
        let ada = app.at(loopback(number)).bearer(&session);
        let email = format!("new{number}@example.com");
        async move { ada.request_email_change(&email, PASSWORD).await }
    }))
    .await;
    // Up to six checks of the current password at once.
    answers.are_only(&["OK", "RATE_LIMITED"]);
    assert!(answers.count("OK") > 0);
    let open = count::<verification::Entity>(app.db()).await;
    assert_eq!(open, 2, "the consumed registration and one change");
}

/// An activation, and two changes of two users, want one address.
#[on_both_databases]
async fn one_of_three_gets_an_address(database: Database) {
    let app = TestApp::start(&database).await;
    let registration = app.register(NEW, OTHER_PASSWORD).await.verification_token();
    let activation_code = app.next_code(NEW).await;
    let mut changes = Vec::new();
    for (number, name) in ["ada@example.com", "bob@example.com"].into_iter().enumerate() {
        let session = app.register_and_activate(name, PASSWORD).await;
        let network = u8::try_from(number).expect("a small number") + 2;
        let client = app.at(loopback(network)).bearer(&session);
        let token = client.request_email_change(NEW, PASSWORD).await.verification_token();
        changes.push((client, token, app.next_code(NEW).await));
    }
    let client = app.clone();
    let activation = tokio::spawn(async move { client.activate_with_token(&registration, &activation_code).await });
    let confirmed = Answers::to(
        changes
            .into_iter()
            .map(|(client, token, code)| async move { client.confirm_email_change(&token, &code).await }),
    )
    .await;
    let activated = activation.await.expect("no panic");
    confirmed.are_only(&["OK", "VERIFICATION_NOT_FOUND"]);
    let outcome = activated.outcome();
    assert!(["OK", "VERIFICATION_NOT_FOUND"].contains(&outcome), "{activated:?}");
    let winners = confirmed.count("OK") + usize::from(outcome == "OK");
    assert_eq!(winners, 1);
    assert_eq!(
        count::<user::Entity>(app.db()).await,
        if outcome == "OK" { 3 } else { 2 }
    );
    app.clock.advance(seconds(1));
}

/// A signed-in user with an open change of address.
async fn with_open_change(core: &TestCore) -> (FoundSession, SessionToken, verification::Model) {
    let (ada, session, token) = core.create_signed_in_user(OLD, PASSWORD).await;
    let begun = accounts::request_email_change_verified(&core.app, &session, ada, new_address(), &client(2)).await;
    begun.expect("a change");
    let change = verification::Entity::find().filter(verification::Column::Purpose.eq(Purpose::EmailChange));
    let change = change.one(&core.app.db).await.expect("an answer").expect("a change");
    (session, token, change)
}

fn new_address() -> NewAddress {
    NewAddress {
        email: EmailAddress::parse(NEW).expect("an address"),
        locale: None,
    }
}

/// A right code whose effect comes after the user has another address changes nothing.
#[on_both_databases]
async fn address_is_not_replaced_after_another_change(database: Database) {
    let core = TestCore::start(&database).await;
    let (session, _, change) = with_open_change(&core).await;
    let moved = HiddenText("moved@example.com".to_owned());
    let update = user::Entity::update_many()
        .col_expr(user::Column::Email, Expr::value(moved.clone()))
        .col_expr(user::Column::EmailCanonical, Expr::value(moved));
    update.exec(&core.app.db).await.expect("the update succeeds");
    let done = accounts::complete_email_change(&core.app, &session, &change, &client(4)).await;
    assert!(matches!(done, Err(DomainError::VerificationNotFound)), "{done:?}");
    let verified = core.verify(&credentials("moved@example.com", PASSWORD, 2)).await;
    assert!(verified.is_ok(), "{verified:?}");
}

#[on_both_databases]
async fn session_that_ends_meanwhile_changes_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    let (session, token, change) = with_open_change(&core).await;
    let verified = core.verify(&credentials(OLD, PASSWORD, 2)).await;
    let Ok(Identity::User(ada)) = verified else {
        panic!("{verified:?}");
    };
    assert_eq!(accounts::sign_out(&core.app, &token, &client(1)).await, Ok(()));
    let done = accounts::complete_email_change(&core.app, &session, &change, &client(4)).await;
    assert!(matches!(done, Err(DomainError::SessionEnded)), "{done:?}");
    core.advance(30);
    let begun = accounts::request_email_change_verified(&core.app, &session, ada, new_address(), &client(2)).await;
    assert!(matches!(begun, Err(DomainError::SessionEnded)), "{begun:?}");
    let verified = core.verify(&credentials(OLD, PASSWORD, 2)).await;
    assert!(verified.is_ok(), "{verified:?}");
}
