//! Registrations of one address: the newest is open, and a decoy for an address that has a user.

use api::accounts::DomainError;
use api::clock::Clock as _;
use entity::{session, user, verification};
use mailer_mock::Stage;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DatabaseBackend, EntityTrait, IntoActiveModel};
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestApp, TestCore, count, credentials, on_both_databases};

use super::insert_user;
use crate::outbox::{fault, reply};
use crate::{loopback, seconds};

#[on_both_databases]
async fn decoy_password_opens_nothing(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    app.clock.advance(seconds(30));
    let token = app
        .register("ada@example.com", OTHER_PASSWORD)
        .await
        .verification_token();
    assert!(app.next_mail("ada@example.com").await.codes.is_empty());
    let decoy = app.basic("ada@example.com", OTHER_PASSWORD);
    decoy.me().await.is_pending();
    app.sign_in("ada@example.com", OTHER_PASSWORD)
        .await
        .fails_with("NOT_ACTIVATED");
    for attempts_remaining in [2, 1, 0] {
        app.activate_with_token(&token, "0000")
            .await
            .fails_with("INVALID_CODE")
            .attempts_remaining(attempts_remaining);
    }
    decoy.activate("0000").await.fails_with("TOO_MANY_ATTEMPTS");
    // The user's own password still wins, also for Basic.
    app.basic("ada@example.com", PASSWORD).me().await.is_active();
    assert_eq!(count::<session::Entity>(app.db()).await, 1);
}

#[on_both_databases]
async fn registering_again_with_the_same_password_signs_in(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    app.clock.advance(seconds(30));
    app.register("ada@example.com", PASSWORD).await.succeeds();
    app.next_mail("ada@example.com").await;
    app.sign_in("ada@example.com", PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn decoy_never_succeeds_with_the_right_code(database: Database) {
    let core = TestCore::start(&database).await;
    let token = core.register("ada@example.com", PASSWORD, 1).await.token;
    core.send_next().await;
    let right = core.newest_code("ada@example.com");
    // As for an address with a user: no email holds the code.
    let decoy = verification::Entity::update_many().col_expr(verification::Column::Mailed, Expr::value(false));
    decoy.exec(&core.app.db).await.expect("the update succeeds");
    let outcome = core.activate_with_token(&token, &right).await;
    assert_eq!(outcome, Err(DomainError::InvalidCode(Some(2))));
    assert_eq!(core.count::<user::Entity>().await, 0);
}

#[on_both_databases]
async fn registration_of_an_active_address_is_a_decoy_also_on_retry(database: Database) {
    let core = TestCore::start(&database).await;
    insert_user(&core, "ada@example.com").await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.mailer.faults().set(fault(Stage::Rcpt, reply(451), 1));
    assert!(core.send_next().await);
    core.advance(1);
    assert!(core.send_next().await);
    assert_eq!(core.emails().len(), 1);
    assert_eq!(core.emails()[0].subject, "You already have an account");
    let decoy = verification::Entity::find().one(&core.app.db).await;
    let decoy = decoy.expect("the database answers").expect("a decoy");
    assert!(decoy.draw.is_some() && !decoy.mailed, "{decoy:?}");
}

#[on_both_databases]
async fn guessing_by_registering_costs_one_token_per_guess(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    for network in 0..6 {
        app.clock.advance(seconds(6 * 60));
        let guess = format!("a guess at the password {network}");
        app.at(loopback(100 + network))
            .register("ada@example.com", &guess)
            .await
            .succeeds();
        // Only the first proof of a registration costs a token.
        for _ in 0..3 {
            app.sign_in("ada@example.com", &guess).await.fails_with("NOT_ACTIVATED");
        }
    }
    // The first guess was half an hour ago, so its token is back; the seventh guess takes it.
    let last = "a guess at the password 5".to_owned();
    for failure in 0..2 {
        let outcome = app
            .sign_in("ada@example.com", &format!("wrong password {failure}"))
            .await;
        let expected = if failure == 0 {
            "INVALID_CREDENTIALS"
        } else {
            "RATE_LIMITED"
        };
        assert_eq!(outcome.outcome(), expected, "{outcome:?}");
    }
    app.sign_in("ada@example.com", &last).await.fails_with("RATE_LIMITED");
}

#[on_both_databases]
async fn replacing_the_registration_meanwhile_costs_its_token_too(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    app.clock.advance(seconds(30));
    app.register("ada@example.com", OTHER_PASSWORD).await.succeeds();
    app.next_mail("ada@example.com").await;
    // As if a newer registration had replaced it when its proof is recorded.
    let delete_on_proof = match app.db().get_database_backend() {
        DatabaseBackend::Postgres => {
            "CREATE FUNCTION gone() RETURNS trigger AS 'BEGIN DELETE FROM verifications WHERE id = OLD.id; RETURN NULL; END' \
             LANGUAGE plpgsql; \
             CREATE TRIGGER gone BEFORE UPDATE OF proved_at ON verifications FOR EACH ROW EXECUTE FUNCTION gone()"
        }
        _ => {
            "CREATE TRIGGER gone BEFORE UPDATE OF proved_at ON verifications \
             BEGIN DELETE FROM verifications WHERE id = OLD.id; END"
        }
    };
    app.db()
        .execute_unprepared(delete_on_proof)
        .await
        .expect("the database answers");
    for _ in 0..6 {
        let registration = verification::open_registration("ada@example.com", app.server().app().clock.now());
        let registration = registration.one(app.db()).await.expect("the database answers");
        let registration = registration.expect("a registration");
        app.sign_in("ada@example.com", OTHER_PASSWORD)
            .await
            .fails_with("NOT_ACTIVATED");
        let restored = registration.into_active_model().reset_all();
        restored.insert(app.db()).await.expect("the registration was deleted");
    }
    app.sign_in("ada@example.com", OTHER_PASSWORD)
        .await
        .fails_with("RATE_LIMITED");
}

#[on_both_databases]
async fn disabled_user_proves_nothing(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    let disable = user::Entity::update_many().col_expr(user::Column::DisabledAt, Expr::value(app.clock.now()));
    disable.exec(app.db()).await.expect("the update succeeds");
    let ada = app.basic("ada@example.com", PASSWORD);
    ada.me().await.is_unauthenticated();
    ada.activate("0000").await.fails_with("ACCOUNT_DISABLED");
    // The right password uses up no guesses, a wrong one does.
    for _ in 0..7 {
        app.sign_in("ada@example.com", PASSWORD)
            .await
            .fails_with("ACCOUNT_DISABLED");
    }
    for _ in 0..6 {
        app.sign_in("ada@example.com", OTHER_PASSWORD)
            .await
            .fails_with("INVALID_CREDENTIALS");
    }
    app.sign_in("ada@example.com", PASSWORD)
        .await
        .fails_with("RATE_LIMITED");
}

#[on_both_databases]
async fn concurrent_registrations_leave_one_open(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("active@example.com", PASSWORD).await;
    for email in ["active@example.com", "unknown@example.com"] {
        let registrations = (1..=8).map(|network| {
            let client = app.at(loopback(network));
            async move { client.register(email, OTHER_PASSWORD).await }
        });
        tests::Answers::to(registrations).await.are_only(&["OK"]);
        let open = verification::open_registration(email, app.server().app().clock.now());
        let open = open.all(app.db()).await.expect("the database answers");
        assert_eq!(open.len(), 1, "{email}");
    }
}

#[on_both_databases]
async fn activation_that_loses_to_another_user_is_not_found(database: Database) {
    let core = TestCore::start(&database).await;
    let token = core.register("ada@example.com", PASSWORD, 1).await.token;
    core.send_next().await;
    let newest_code = core.newest_code("ada@example.com");
    let ada = credentials("ada@example.com", PASSWORD, 1);
    let verified = core.verify_registration(&ada).await;
    // The address is taken after the code was emailed, as by an import.
    insert_user(&core, "ada@example.com").await;
    let outcome = core.activate_with_token(&token, &newest_code).await;
    assert_eq!(outcome, Err(DomainError::VerificationNotFound));
    assert_eq!(core.count::<user::Entity>().await, 1);
    assert_eq!(core.count::<session::Entity>().await, 0);
    assert!(!core.send_next().await);
    // The code is used up.
    let again = core.activate_with_token(&token, &newest_code).await;
    assert_eq!(again, Err(DomainError::AlreadyActivated(None)));
    let late = core.activate_verified(verified, &newest_code).await;
    assert_eq!(late, Err(DomainError::VerificationNotFound));
}
