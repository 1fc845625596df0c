//! The current password, which a signed-in user gives again.

use api::accounts::{self, DomainError};
use api::credentials::{HashingConfig, NewPassword, Password};
use entity::{email_outbox, rate_limit, user};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, PaginatorTrait};
use tests::{Answers, Database, OTHER_PASSWORD, PASSWORD, TestApp, client, count, eventually, on_both_databases};

use super::{ADA, SignedIn, server};
use crate::password_limits::wait_for_unused_tokens;
use crate::{loopback, seconds};

const MINUTE: u64 = 60;
const WRONG: &str = "wrong password";

#[on_both_databases]
async fn user_gets_six_wrong_current_passwords_then_one_per_30_minutes(database: Database) {
    let (app, ada) = server(&database).await;
    for number in 0..6 {
        let ada = ada.at(loopback(number));
        let refused = match number % 2 {
            0 => ada.change_password(WRONG, OTHER_PASSWORD).await,
            _ => ada.delete_account(WRONG).await,
        };
        refused.fails_with("INVALID_CREDENTIALS").field("currentPassword");
    }
    for _ in 0..2 {
        let refused = ada.change_password(PASSWORD, OTHER_PASSWORD).await;
        refused.fails_with("RATE_LIMITED").retry_after(30 * MINUTE);
        ada.delete_account(PASSWORD).await.fails_with("RATE_LIMITED");
    }
    // Signing in has limits of its own, and so has every other user.
    app.sign_in(ADA, PASSWORD).await.succeeds();
    let bob = app.register_and_activate("bob@example.com", PASSWORD).await;
    app.bearer(&bob).delete_account(PASSWORD).await.succeeds();
    app.clock.advance(seconds(30 * MINUTE));
    ada.delete_account(WRONG).await.fails_with("INVALID_CREDENTIALS");
    ada.delete_account(PASSWORD).await.fails_with("RATE_LIMITED");
    app.clock.advance(seconds(30 * MINUTE));
    ada.delete_account(PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn wrong_sign_ins_do_not_limit_the_current_password(database: Database) {
    let (app, ada) = server(&database).await;
    for number in 0..12 {
        app.at(loopback(number)).sign_in(ADA, WRONG).await;
    }
    app.sign_in(ADA, PASSWORD).await.fails_with("RATE_LIMITED");
    ada.change_password(PASSWORD, OTHER_PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn right_current_password_uses_up_no_guesses(database: Database) {
    let (app, mut ada) = server(&database).await;
    let [mut current, mut other] = [PASSWORD, OTHER_PASSWORD];
    for _ in 0..8 {
        let changed = ada.change_password(current, other).await;
        ada = app.bearer(&changed.session_token());
        std::mem::swap(&mut current, &mut other);
        wait_for_unused_tokens(app.server().app()).await;
    }
}

#[on_both_databases]
async fn parallel_guesses_at_the_current_password_stay_within_the_limit(database: Database) {
    let (app, ada) = server(&database).await;
    let guesses = (0..200).map(|number| {
        let ada = ada.clone();
        async move { ada.delete_account(&format!("guess {number}")).await }
    });
    let answers = Answers::to(guesses).await;
    answers.are_only(&["INVALID_CREDENTIALS", "RATE_LIMITED"]);
    assert_eq!(answers.count("INVALID_CREDENTIALS"), 6);
    assert_eq!(count::<user::Entity>(app.db()).await, 1);
}

#[on_both_databases]
async fn decoy_password_is_no_current_password(database: Database) {
    let (app, ada) = server(&database).await;
    app.clock.advance(seconds(30));
    // The thief registers the address with a password that they know.
    app.register(ADA, OTHER_PASSWORD).await.succeeds();
    app.next_mail(ADA).await;
    app.basic(ADA, OTHER_PASSWORD).me().await.is_pending();
    // Six guesses in all.
    for _ in 0..2 {
        let changed = ada.change_password(OTHER_PASSWORD, "another long passphrase").await;
        changed.fails_with("INVALID_CREDENTIALS").field("currentPassword");
        ada.request_email_change("thief@example.com", OTHER_PASSWORD)
            .await
            .fails_with("INVALID_CREDENTIALS");
        ada.delete_account(OTHER_PASSWORD)
            .await
            .fails_with("INVALID_CREDENTIALS");
    }
    app.sign_in(ADA, PASSWORD).await.succeeds();
    assert_eq!(count::<user::Entity>(app.db()).await, 1);
}

#[on_both_databases]
async fn disabled_user_has_no_current_password(database: Database) {
    let ada = SignedIn::start(&database).await;
    let app = &ada.core.app;
    let disable = user::Entity::update_many().col_expr(user::Column::DisabledAt, Expr::value(app.clock.now()));
    disable.exec(&app.db).await.expect("the update succeeds");
    let right = Password::new(PASSWORD.to_owned());
    let outcome = accounts::delete_account(app, &ada.session, &right, &client(1)).await;
    assert_eq!(outcome, Err(DomainError::WrongCurrentPassword));
}

#[on_both_databases]
async fn cancelled_check_of_the_current_password_gives_its_token_back(database: Database) {
    let ada = SignedIn::start(&database).await;
    let app = ada.core.app.clone();
    // The only thread is busy, so the check waits.
    let _held = app.hasher.hold().await;
    let limits_before = ada.core.count::<rate_limit::Entity>().await;
    let check = tokio::spawn({
        let (app, session) = (app.clone(), ada.session.clone());
        async move { accounts::delete_account(&app, &session, &Password::new(WRONG.to_owned()), &client(1)).await }
    });
    eventually("the check takes a token", async || {
        ada.core.count::<rate_limit::Entity>().await == limits_before + 1
    })
    .await;
    check.abort();
    let _ = check.await;
    wait_for_unused_tokens(&app).await;
}

#[on_both_databases]
async fn full_hashing_queue_refuses_current_passwords_at_once(database: Database) {
    let mut ada = SignedIn::start(&database).await;
    let full = HashingConfig {
        threads: 0,
        queue: 0,
        m_kib: 8,
        t: 1,
        p: 1,
        ..HashingConfig::default()
    };
    ada.core.hash_with(full);
    let app = &ada.core.app;
    let limits_before = rate_limit::Entity::find().count(&app.db).await;
    let current = Password::new(PASSWORD.to_owned());
    let new = NewPassword::parse(OTHER_PASSWORD.to_owned()).expect("a password");
    let changed = accounts::change_password(app, &ada.session, &current, &new, &client(1)).await;
    assert!(matches!(changed, Err(DomainError::Overloaded)), "{changed:?}");
    let deleted = accounts::delete_account(app, &ada.session, &current, &client(1)).await;
    assert!(matches!(deleted, Err(DomainError::Overloaded)), "{deleted:?}");
    assert_eq!(rate_limit::Entity::find().count(&app.db).await, limits_before);
    assert_eq!(ada.core.count::<email_outbox::Entity>().await, 0);
}

#[on_both_databases]
async fn current_passwords_count_against_the_client(database: Database) {
    // `register`, `activate`, and three more.
    let app = TestApp::with(&database, |app| app.client_limit_per_minute = 5).await;
    let token = app.register_and_activate(ADA, PASSWORD).await;
    let ada = app.bearer(&token);
    ada.delete_account(WRONG).await.fails_with("INVALID_CREDENTIALS");
    ada.change_password(WRONG, OTHER_PASSWORD)
        .await
        .fails_with("INVALID_CREDENTIALS");
    // A weak password is judged under the same limit.
    ada.change_password(PASSWORD, "password1")
        .await
        .fails_with("PASSWORD_TOO_WEAK");
    ada.change_password(PASSWORD, "password1")
        .await
        .fails_with("RATE_LIMITED")
        .retry_after(12);
    ada.delete_account(PASSWORD).await.fails_with("RATE_LIMITED");
    // Ending sessions checks no password.
    ada.revoke_other_sessions().await.succeeds();
}
