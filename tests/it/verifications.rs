//! Registrations as verifications: their tokens, and decoys for addresses that have a user.

use api::accounts::{self, DomainError};
use api::clock::Clock as _;
use api::credentials::{Hasher, HashingConfig, Identity};
use entity::{HiddenText, Purpose, session, user, verification};
use mailer_mock::Stage;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, IntoActiveModel,
    QueryFilter,
};
use serde_json::Value;
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestApp, TestCore, count, credentials, on_both_databases, wrong_code};

use crate::interleavings::interleave;
use crate::outbox::{fault, reply};
use crate::{loopback, seconds};

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
        app.from(loopback(100 + network))
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
async fn disabled_user_gets_the_answers_of_a_wrong_password(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    let disable = user::Entity::update_many().col_expr(user::Column::DisabledAt, Expr::value(app.clock.now()));
    disable.exec(app.db()).await.expect("the update succeeds");
    let ada = app.basic("ada@example.com", PASSWORD);
    ada.me().await.is_unauthenticated();
    ada.activate("0000").await.fails_with("INVALID_CREDENTIALS");
    for _ in 2..6 {
        app.sign_in("ada@example.com", PASSWORD)
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
            let client = app.from(loopback(network));
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

#[on_both_databases]
async fn session_is_not_opened_after_a_change_of_credentials(database: Database) {
    let core = TestCore::start(&database).await;
    insert_user(&core, "ada@example.com").await;
    let ada = credentials("ada@example.com", PASSWORD, 1);
    let now = api::clock::Clock::now(&core.clock);
    for change in [Expr::col(user::Column::CredentialVersion).add(1), Expr::value(now)] {
        let column = match &change {
            Expr::Value(_) => user::Column::DisabledAt,
            _ => user::Column::CredentialVersion,
        };
        let verified = match core.verify(&ada).await {
            Ok(Identity::User(user)) => user,
            other => panic!("{other:?}"),
        };
        let update = user::Entity::update_many().col_expr(column, change);
        update.exec(&core.app.db).await.expect("the update succeeds");
        let outcome = accounts::sign_in_verified(&core.app, verified, &tests::client(1)).await;
        assert!(
            matches!(outcome, Err(DomainError::InvalidCredentials)),
            "{column:?} {outcome:?}"
        );
        assert_eq!(core.count::<session::Entity>().await, 0);
    }
}

#[on_both_databases]
async fn renewed_hash_does_not_end_a_verified_sign_in(database: Database) {
    let core = TestCore::start(&database).await;
    insert_user(&core, "ada@example.com").await;
    let Ok(Identity::User(verified)) = core.verify(&credentials("ada@example.com", PASSWORD, 1)).await else {
        panic!("the password is right");
    };
    let mut row = verified.clone().into_active_model();
    row.password_hash = Set(hash(&core).await);
    row.update(&core.app.db).await.expect("the update succeeds");
    let signed_in = accounts::sign_in_verified(&core.app, verified, &tests::client(1)).await;
    assert!(signed_in.is_ok(), "{signed_in:?}");
}

#[on_both_databases]
async fn renewed_hash_does_not_replace_a_newer_password(database: Database) {
    let mut core = TestCore::start(&database).await;
    insert_user(&core, "ada@example.com").await;
    let stronger = HashingConfig {
        threads: 1,
        queue: 100,
        m_kib: 16,
        t: 1,
        p: 1,
    };
    core.app.hasher = Hasher::start(stronger, core.app.metrics.clone(), &core.app.supervisor).expect("hashing starts");
    // The right password gives its token back, after the comparison and before the renewal.
    let given_back = "NEW.theoretical_arrival < OLD.theoretical_arrival";
    let change = "UPDATE users SET password_hash = 'newer', credential_version = credential_version + 1";
    interleave(&core, "UPDATE ON rate_limits", given_back, change).await;
    let outcome = accounts::sign_in(&core.app, &credentials("ada@example.com", PASSWORD, 1)).await;
    assert!(matches!(outcome, Err(DomainError::InvalidCredentials)), "{outcome:?}");
    let user = user::Entity::find().one(&core.app.db).await;
    let user = user.expect("the database answers").expect("a user");
    assert_eq!(user.password_hash.0, "newer");
}

#[on_both_databases]
async fn activation_url_puts_a_link_with_the_code_into_the_email(database: Database) {
    let app = TestApp::with(&database, |app| {
        app.activation_url = Some("https://app.example.com/activate?from=email".parse().expect("a URL"));
    })
    .await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    let mail = app.next_mail("ada@example.com").await;
    let link = format!("https://app.example.com/activate?from=email#code={}", mail.codes[0]);
    assert!(mail.text.contains(&link), "{}", mail.text);
    assert!(mail.html.contains(&format!("href=\"{link}\"")), "{}", mail.html);
}

#[on_both_databases]
async fn emails_name_the_product(database: Database) {
    let app = TestApp::with(&database, |app| {
        app.product = api::mail::Product {
            name: Some("Tansy & <b>Söhne</b>".to_owned()),
            url: Some("https://tansy.example/?a=1&b=2".parse().expect("a URL")),
        };
    })
    .await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    let mail = app.next_mail("ada@example.com").await;
    let code = &mail.codes[0];
    assert_eq!(mail.codes.len(), 1);
    assert_eq!(
        mail.subject,
        format!("{code} is your activation code for Tansy & <b>Söhne</b>")
    );
    let exists = {
        app.basic("ada@example.com", PASSWORD).activate(code).await.succeeds();
        app.clock.advance(seconds(30));
        app.register("ada@example.com", PASSWORD).await.succeeds();
        app.next_mail("ada@example.com").await
    };
    assert_eq!(exists.subject, "You already have an account with Tansy & <b>Söhne</b>");
    for mail in [&mail, &exists] {
        let end = "\n\nTansy & <b>Söhne</b>\nhttps://tansy.example/?a=1&b=2";
        assert!(mail.text.trim_end().ends_with(end), "{}", mail.text);
        let link = "href=\"https://tansy.example/?a=1&#38;b=2\"";
        assert!(mail.html.contains(link), "{}", mail.html);
        let name = "Tansy &#38; &#60;b&#62;Söhne&#60;/b&#62;";
        assert!(mail.html.matches(name).count() >= 3, "{}", mail.html);
        assert!(!mail.html.contains("<b>"), "{}", mail.html);
    }
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

async fn hash(core: &TestCore) -> HiddenText {
    let random = api::random::SystemRandom;
    let hash = core.app.hasher.hash(PASSWORD.into(), None, &random).await;
    HiddenText(hash.expect("the hash succeeds"))
}

/// Inserts an active user with [`PASSWORD`].
async fn insert_user(core: &TestCore, email: &str) {
    let now = core.app.clock.now();
    let user = user::ActiveModel {
        id: Set(api::random::uuid(&api::random::SystemRandom, now)),
        email: Set(HiddenText(email.to_owned())),
        email_canonical: Set(HiddenText(email.to_owned())),
        password_hash: Set(hash(core).await),
        credential_version: Set(0),
        locale: Set(None),
        created_at: Set(now),
        activated_at: Set(now),
        disabled_at: Set(None),
    };
    user.insert(&core.app.db).await.expect("the address is free");
}

/// SQLite has one writer.
mod postgres {
    use sea_orm::Statement;
    use tests::eventually;

    use super::*;

    /// How many statements wait for a lock in this database.
    async fn waiting(core: &TestCore) -> i64 {
        let db = &core.app.db;
        let sql =
            "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        let statement = Statement::from_string(db.get_database_backend(), sql);
        let row = db.query_one_raw(statement).await.expect("the database answers");
        row.expect("a row").try_get_by_index(0).expect("a number")
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn session_waits_for_a_change_of_credentials_that_commits_meanwhile() {
        let database = Database::postgres().await;
        let core = TestCore::start(&database).await;
        insert_user(&core, "ada@example.com").await;
        let Ok(Identity::User(verified)) = core.verify(&credentials("ada@example.com", PASSWORD, 1)).await else {
            panic!("the password is right");
        };
        let other = api::database::connect(database.url()).await.expect("a connection");
        let change = api::database::begin(&other).await.expect("a transaction");
        user::Entity::update_many()
            .col_expr(
                user::Column::CredentialVersion,
                Expr::col(user::Column::CredentialVersion).add(1),
            )
            .exec(&change)
            .await
            .expect("the update succeeds");
        let sign_in = tokio::spawn({
            let app = core.app.clone();
            async move { accounts::sign_in_verified(&app, verified, &tests::client(1)).await }
        });
        eventually("the sign-in waits, or is over", async || {
            sign_in.is_finished() || waiting(&core).await == 1
        })
        .await;
        change.commit().await.expect("the commit succeeds");
        let outcome = sign_in.await.expect("no panic");
        assert!(matches!(outcome, Err(DomainError::InvalidCredentials)), "{outcome:?}");
        assert_eq!(core.count::<session::Entity>().await, 0);
    }
}
