//! Resets that race.

use api::accounts::{self, DomainError};
use api::credentials::{EmailAddress, Identity, NewPassword};
use api::verification::Code;
use entity::{HiddenText, Purpose, rate_limit, user, verification};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tests::{
    Answers, Database, OTHER_PASSWORD, PASSWORD, TestApp, TestCore, client, credentials, eventually, on_both_databases,
    wrong_code,
};

use super::{EMAIL, requested};

#[on_both_databases]
async fn one_of_200_right_codes_succeeds(database: Database) {
    let app = TestApp::start(&database).await;
    let (token, code) = requested(&app).await;
    // Three tries: the others find none left, or the reset consumed. A busy machine may not judge all passwords in
    // time.
    let answers = Answers::to((0..200).map(|_| {
        let (client, token, code) = (app.clone(), token.clone(), code.clone());
        async move { client.reset_password(&token, &code, OTHER_PASSWORD).await }
    }))
    .await;
    answers.are_only(&["OK", "VERIFICATION_NOT_FOUND", "TOO_MANY_ATTEMPTS", "OVERLOADED"]);
    assert_eq!(answers.count("OK"), 1);
    app.sign_in(EMAIL, OTHER_PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn three_of_200_wrong_codes_are_tried(database: Database) {
    let app = TestApp::start(&database).await;
    let (token, code) = requested(&app).await;
    let wrong = wrong_code(&code);
    let answers = Answers::to((0..200).map(|_| {
        let (client, token, wrong) = (app.clone(), token.clone(), wrong.clone());
        async move { client.reset_password(&token, &wrong, OTHER_PASSWORD).await }
    }))
    .await;
    answers.are_only(&["INVALID_CODE", "TOO_MANY_ATTEMPTS", "OVERLOADED"]);
    assert_eq!(answers.count("INVALID_CODE"), 3);
    app.sign_in(EMAIL, PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn ten_of_200_requests_send_an_email(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate(EMAIL, PASSWORD).await;
    let answers = Answers::to((0..200_u8).map(|network| {
        let client = app.at(crate::loopback(network));
        async move { client.request_password_reset(EMAIL).await }
    }))
    .await;
    answers.are_only(&["OK", "RATE_LIMITED"]);
    assert_eq!(answers.count("OK"), 10);
}

/// A sign-in whose password was verified before the reset opens no session after it.
#[on_both_databases]
async fn session_is_not_opened_with_the_old_password(database: Database) {
    let core = TestCore::start(&database).await;
    core.register_and_activate(EMAIL, PASSWORD).await;
    let identity = core.verify(&credentials(EMAIL, PASSWORD, 2)).await;
    let Ok(Identity::User(user)) = identity else {
        panic!("{identity:?}");
    };

    let address = EmailAddress::parse(EMAIL).expect("an address");
    let reset = accounts::request_password_reset(&core.app, address, None, &client(3))
        .await
        .expect("a reset");
    core.send_next().await;
    let emailed = Code::parse(&core.newest_code(EMAIL));
    let password = NewPassword::parse(OTHER_PASSWORD.to_owned());
    let arrived = core.app.clock.now();
    let done = accounts::reset_password(&core.app, &reset.token, emailed, password, arrived, &client(3)).await;
    assert!(done.is_ok(), "{done:?}");
    let opened = accounts::sign_in_verified(&core.app, user, &client(2)).await;
    assert!(matches!(opened, Err(DomainError::InvalidCredentials)), "{opened:?}");
}

/// A check of the old password that ends after the reset gives its token back to a limit that the reset has forgotten.
#[on_both_databases]
async fn token_that_returns_after_a_reset_counts_for_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    core.register_and_activate(EMAIL, PASSWORD).await;
    let reset = open_reset(&core).await;
    // The only thread is busy, so the check waits.
    let held = core.app.hasher.hold().await;
    let before = core.count::<rate_limit::Entity>().await;
    let app = core.app.clone();
    let sign_in = tokio::spawn(async move { accounts::sign_in(&app, &credentials(EMAIL, PASSWORD, 3)).await });
    eventually("the check takes its tokens", async || {
        core.count::<rate_limit::Entity>().await == before + 2
    })
    .await;
    let done = accounts::complete_password_reset(&core.app, &reset, "unknown".to_owned(), &client(3)).await;
    assert!(done.is_ok(), "{done:?}");
    assert_eq!(core.count::<rate_limit::Entity>().await, before);
    drop(held);
    let signed_in = sign_in.await.expect("no panic");
    assert!(
        matches!(signed_in, Err(DomainError::InvalidCredentials)),
        "{signed_in:?}"
    );
    eventually("the tokens are back", async || {
        core.count::<rate_limit::Entity>().await == before + 2
    })
    .await;
    for _ in 0..6 {
        let verified = core.verify(&credentials(EMAIL, PASSWORD, 3)).await;
        assert!(matches!(verified, Err(DomainError::InvalidCredentials)), "{verified:?}");
    }
    let verified = core.verify(&credentials(EMAIL, PASSWORD, 3)).await;
    assert!(matches!(verified, Err(DomainError::RateLimited(_))), "{verified:?}");
}

/// The only open reset, whose email was sent.
async fn open_reset(core: &TestCore) -> verification::Model {
    let address = EmailAddress::parse(EMAIL).expect("an address");
    let begun = accounts::request_password_reset(&core.app, address, None, &client(3)).await;
    begun.expect("a reset");
    core.send_next().await;
    let resets = verification::Entity::find().filter(verification::Column::Purpose.eq(Purpose::PasswordReset));
    resets.one(&core.app.db).await.expect("an answer").expect("a reset")
}

#[on_both_databases]
async fn password_that_was_changed_meanwhile_is_not_replaced(database: Database) {
    let core = TestCore::start(&database).await;
    let (user, session, _) = core.create_signed_in_user(EMAIL, PASSWORD).await;
    let reset = open_reset(&core).await;
    let hash = "that of the owner".to_owned();
    let changed = accounts::replace_password(&core.app, &session, user, hash.clone(), &client(1)).await;
    assert!(changed.is_ok(), "{changed:?}");
    assert_has_ended(&core, &reset, &hash).await;
}

#[on_both_databases]
async fn password_of_a_user_who_was_disabled_meanwhile_is_not_replaced(database: Database) {
    let core = TestCore::start(&database).await;
    let (user, ..) = core.create_signed_in_user(EMAIL, PASSWORD).await;
    let reset = open_reset(&core).await;
    let disabled = accounts::disable_user(&(&core.app).into(), core.app.clock.now(), user.id).await;
    assert!(matches!(disabled, Ok(Some(_))), "{disabled:?}");
    assert_has_ended(&core, &reset, &user.password_hash.0).await;
}

/// A right code of this reset was tried before it ended. Its effect comes after that, and changes nothing.
async fn assert_has_ended(core: &TestCore, reset: &verification::Model, hash: &str) {
    let done = accounts::complete_password_reset(&core.app, reset, "not used".to_owned(), &client(3)).await;
    assert!(matches!(done, Err(DomainError::VerificationNotFound)), "{done:?}");
    let user = user::Entity::find()
        .one(&core.app.db)
        .await
        .expect("an answer")
        .expect("the user");
    assert_eq!(user.password_hash.0, hash);
}

/// A right code whose effect comes after the user has another address changes nothing.
#[on_both_databases]
async fn password_is_not_replaced_after_the_address_changed(database: Database) {
    let core = TestCore::start(&database).await;
    core.register_and_activate(EMAIL, PASSWORD).await;
    let reset = open_reset(&core).await;

    let moved = HiddenText("new@example.com".to_owned());
    let change = user::Entity::update_many()
        .col_expr(user::Column::Email, Expr::value(moved.clone()))
        .col_expr(user::Column::EmailCanonical, Expr::value(moved));
    change.exec(&core.app.db).await.expect("the update succeeds");
    let hash = "not used".to_owned();
    let done = accounts::complete_password_reset(&core.app, &reset, hash, &client(3)).await;
    assert!(matches!(done, Err(DomainError::VerificationNotFound)), "{done:?}");
    let verified = core.verify(&credentials("new@example.com", PASSWORD, 2)).await;
    assert!(verified.is_ok(), "{verified:?}");
}
