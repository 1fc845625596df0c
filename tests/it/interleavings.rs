//! A code activates only the registration it was sent for, even if a request or a worker stops between two steps.

use api::accounts::{self, DomainError, RegistrationKey, RegistrationProof};
use api::policy::Policy;
use api::verification::{Code, VerificationToken};
use entity::{email_outbox, session, user, verification};
use mailer_mock::{Action, FaultRule, Stage};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, IntoActiveModel,
    QueryFilter, Statement, TransactionTrait,
};
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestCore, client, credentials, eventually, on_both_databases};

use crate::outbox::{fault, reply};
use crate::seconds;

const DAY: u64 = 24 * 60 * 60;

#[on_both_databases]
async fn password_verified_before_replacement_activates_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    assert!(core.send_next().await);
    let first_code = core.newest_code("ada@example.com");
    let ada = credentials("ada@example.com", PASSWORD, 1);
    let verified = core.verify_registration(&ada).await;

    core.register("ada@example.com", OTHER_PASSWORD, 2).await;
    assert!(core.send_next().await);
    let second_code = core.newest_code("ada@example.com");

    for code in [&first_code, &second_code] {
        let replaced = credentials("ada@example.com", PASSWORD, 3);
        assert_eq!(
            core.activate(&replaced, code).await,
            Err(DomainError::InvalidCredentials)
        );
    }
    assert_eq!(
        core.activate_verified(verified, &second_code).await,
        Err(DomainError::InvalidCredentials)
    );
    let current = credentials("ada@example.com", OTHER_PASSWORD, 2);
    assert_eq!(core.activate(&current, &second_code).await, Ok(()));
}

#[on_both_databases]
async fn token_found_before_replacement_is_not_found(database: Database) {
    let core = TestCore::start(&database).await;
    let token = core.register("ada@example.com", PASSWORD, 1).await.token;
    let found = find(&core, token).await;
    core.register("ada@example.com", OTHER_PASSWORD, 2).await;
    assert_use_fails(&core, found, DomainError::VerificationNotFound).await;
}

#[on_both_databases]
async fn token_found_before_activation_is_already_activated(database: Database) {
    let core = TestCore::start(&database).await;
    let token = core.register("ada@example.com", PASSWORD, 1).await.token;
    core.send_next().await;
    let found = find(&core, token).await;
    let newest_code = core.newest_code("ada@example.com");
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(core.activate(&ada, &newest_code).await, Ok(()));
    assert_use_fails(&core, found, DomainError::AlreadyActivated(None)).await;
}

#[on_both_databases]
async fn code_consumed_by_another_request_creates_no_user(database: Database) {
    let core = TestCore::start(&database).await;
    let token = core.register("ada@example.com", PASSWORD, 1).await.token;
    core.send_next().await;
    let newest_code = core.newest_code("ada@example.com");
    let consume = "UPDATE verifications SET consumed_at = 1 WHERE id = NEW.id";
    interleave(
        &core,
        "UPDATE OF attempts ON verifications",
        "NEW.attempts > 0",
        consume,
    )
    .await;
    let outcome = core.activate_with_token(&token, &newest_code).await;
    assert_eq!(outcome, Err(DomainError::AlreadyActivated(None)));
    assert_eq!(core.count::<user::Entity>().await, 0);
    assert_eq!(core.count::<session::Entity>().await, 0);
}

#[on_both_databases]
async fn resend_verified_before_replacement_sends_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let ada = credentials("ada@example.com", PASSWORD, 1);
    let verified = core.verify_registration(&ada).await;
    core.register("ada@example.com", OTHER_PASSWORD, 2).await;
    core.advance(30);
    assert_eq!(
        core.resend_verified(&verified).await,
        Err(DomainError::InvalidCredentials)
    );
    assert_eq!(core.count::<email_outbox::Entity>().await, 1);
    // The failed resend spent nothing of the email limits.
    let current = credentials("ada@example.com", OTHER_PASSWORD, 1);
    assert_eq!(core.resend(&current).await, Ok(()));
}

#[on_both_databases]
async fn password_verified_before_expiry_changes_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.register("bob@example.com", PASSWORD, 1).await;
    core.send_next().await;
    core.send_next().await;
    core.advance(DAY - 1);
    let bob = credentials("bob@example.com", PASSWORD, 1);
    let bob = core.verify_registration(&bob).await;
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(core.resend(&ada).await, Ok(()));
    core.send_next().await;
    let newest_code = core.newest_code("ada@example.com");
    let verified = core.verify_registration(&ada).await;
    core.advance(1);
    let outcome = core.activate_verified(verified, &newest_code).await;
    assert_eq!(outcome, Err(DomainError::InvalidCredentials));
    assert_eq!(core.resend_verified(&bob).await, Err(DomainError::InvalidCredentials));
    assert_eq!(core.count::<email_outbox::Entity>().await, 0);
}

#[on_both_databases]
async fn resend_verified_before_activation_sends_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.send_next().await;
    let newest_code = core.newest_code("ada@example.com");
    let ada = credentials("ada@example.com", PASSWORD, 1);
    let verified = core.verify_registration(&ada).await;
    core.advance(30);
    assert_eq!(core.activate(&ada, &newest_code).await, Ok(()));
    let late = core.resend_verified(&verified).await;
    assert!(matches!(late, Err(DomainError::AlreadyActivated(_))), "{late:?}");
    assert!(!core.send_next().await);
}

#[on_both_databases]
async fn email_enqueued_before_activation_is_not_sent(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.send_next().await;
    let newest_code = core.newest_code("ada@example.com");
    core.advance(30);
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(core.resend(&ada).await, Ok(()));
    assert_eq!(core.activate(&ada, &newest_code).await, Ok(()));
    assert!(core.send_next().await);
    assert_eq!(core.emails().len(), 1);
    assert_eq!(core.count::<email_outbox::Entity>().await, 0);
}

#[on_both_databases]
async fn email_enqueued_before_expiry_is_not_sent(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.send_next().await;
    core.advance(DAY - 1);
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(core.resend(&ada).await, Ok(()));
    core.advance(1);
    assert!(core.send_next().await);
    assert_eq!(core.emails().len(), 1);
    assert_eq!(core.count::<email_outbox::Entity>().await, 0);
}

#[on_both_databases]
async fn activation_before_the_retry_stops_the_retry(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.mailer.faults().set(fault(Stage::AfterData, Action::Drop, 1));
    assert!(core.send_next().await);
    let ada = credentials("ada@example.com", PASSWORD, 1);
    let newest_code = core.newest_code("ada@example.com");
    assert_eq!(core.activate(&ada, &newest_code).await, Ok(()));
    core.advance(1);
    assert!(core.send_next().await);
    assert_eq!(core.emails().len(), 1);
    assert_eq!(core.count::<email_outbox::Entity>().await, 0);
}

#[on_both_databases]
async fn activation_forgets_the_secrets_of_the_registration(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.send_next().await;
    let ada = credentials("ada@example.com", PASSWORD, 1);
    let newest_code = core.newest_code("ada@example.com");
    assert_eq!(core.activate(&ada, &newest_code).await, Ok(()));
    let consumed = registration(&core).await;
    assert_eq!((consumed.password_hash, consumed.draw), (None, None));
    assert!(consumed.consumed_at.is_some());
}

#[on_both_databases]
async fn email_claimed_before_replacement_is_not_sent(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let claim = core.claim().await.expect("an email is due");

    core.register("ada@example.com", OTHER_PASSWORD, 2).await;
    core.send_claimed(claim).await;
    assert!(core.emails().is_empty());

    assert!(core.send_next().await);
    let newest_code = core.newest_code("ada@example.com");
    let current = credentials("ada@example.com", OTHER_PASSWORD, 2);
    assert_eq!(core.activate(&current, &newest_code).await, Ok(()));
    assert_eq!(core.emails().len(), 1);
}

#[on_both_databases]
async fn email_claimed_before_resend_keeps_the_new_code_valid(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let claim = core.claim().await.expect("an email is due");
    core.advance(30);
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(core.resend(&ada).await, Ok(()));
    assert!(core.send_next().await);
    let new_code = core.newest_code("ada@example.com");
    core.send_claimed(claim).await;
    assert_eq!(core.emails().len(), 1);
    assert_eq!(core.activate(&ada, &new_code).await, Ok(()));
}

/// On SQLite no draw begins before another has ended.
#[tokio::test]
async fn draw_that_waits_through_a_resend_keeps_the_new_code_valid() {
    let core = TestCore::start(&Database::postgres().await).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let claim = core.claim().await.expect("an email is due");
    // The first draw has its snapshot and waits.
    let wait = "CREATE SEQUENCE draws; \
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
            IF nextval('draws') = 1 THEN PERFORM pg_advisory_xact_lock(1); END IF; RETURN NULL; END $$; \
        CREATE TRIGGER wait BEFORE UPDATE OF draw ON verifications FOR EACH STATEMENT EXECUTE FUNCTION wait()";
    core.app
        .db
        .execute_unprepared(wait)
        .await
        .expect("the trigger is valid");
    let held = core.app.db.begin().await.expect("the database answers");
    let lock = held.execute_unprepared("SELECT pg_advisory_xact_lock(1)").await;
    lock.expect("the lock is free");

    let ada = credentials("ada@example.com", PASSWORD, 2);
    let resend = async {
        eventually("the draw waits", async || {
            let waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            let waiting = Statement::from_string(DatabaseBackend::Postgres, waiting);
            let found = core.app.db.query_one_raw(waiting).await;
            found.expect("the database answers").is_some()
        })
        .await;
        assert_eq!(core.resend(&ada).await, Ok(()));
        assert!(core.send_next().await);
        let new_code = core.newest_code("ada@example.com");
        held.rollback().await.expect("the database answers");
        new_code
    };
    let (new_code, ()) = tokio::join!(resend, core.send_claimed(claim));
    assert_eq!(core.emails().len(), 1);
    assert_eq!(core.activate(&ada, &new_code).await, Ok(()));
}

/// A worker that dies between its claim and the draw leaves an email that looks like a retry.
#[on_both_databases]
async fn retry_without_a_draw_does_not_send_the_code_before_the_resend(database: Database) {
    let policy = Policy {
        code_ttl: seconds(600),
        ..Policy::default()
    };
    let core = TestCore::with_policy(&database, policy).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    assert!(core.send_next().await);
    let first = registration(&core).await.draw;
    let ada = credentials("ada@example.com", PASSWORD, 2);
    assert_eq!(core.resend(&ada).await, Ok(()));
    assert!(core.claim().await.is_some());
    assert_eq!(registration(&core).await.draw, first);
    core.advance(30);
    assert!(core.send_next().await);
    assert_ne!(registration(&core).await.draw, first);
}

#[on_both_databases]
async fn email_claimed_in_a_batch_before_resend_is_not_sent(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let claim = core.claim().await.expect("an email is due");
    // Emails that are claimed together share a lease, and the other one's still holds.
    core.register("bob@example.com", PASSWORD, 1).await;
    let claimed = email_outbox::Entity::find().filter(email_outbox::Column::Lease.is_not_null());
    let claimed = claimed.one(&core.app.db).await.expect("the database answers");
    let share = email_outbox::Entity::update_many()
        .col_expr(
            email_outbox::Column::Lease,
            Expr::value(claimed.expect("a claim").lease),
        )
        .filter(email_outbox::Column::Lease.is_null());
    share.exec(&core.app.db).await.expect("the update succeeds");
    let ada = credentials("ada@example.com", PASSWORD, 2);
    assert_eq!(core.resend(&ada).await, Ok(()));
    core.send_claimed(claim).await;
    assert!(core.emails().is_empty());
}

#[on_both_databases]
async fn expired_lease_sends_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let slow = core.claim().await.expect("an email is due");
    assert!(core.claim().await.is_none(), "another worker holds the lease");
    core.advance(30);
    let quick = core.claim().await.expect("an email is due");
    core.send_claimed(slow).await;
    assert!(core.emails().is_empty());
    core.send_claimed(quick).await;
    assert_eq!(core.emails().len(), 1);
    assert_eq!(core.count::<email_outbox::Entity>().await, 0);
}

#[on_both_databases]
async fn expired_lease_does_not_resend_notice(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.send_next().await;
    let newest_code = core.newest_code("ada@example.com");
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(core.activate(&ada, &newest_code).await, Ok(()));
    core.register("ada@example.com", OTHER_PASSWORD, 2).await;
    let slow = core.claim().await.expect("an email is due");
    core.advance(30);
    let quick = core.claim().await.expect("an email is due");
    core.send_claimed(quick).await;
    core.send_claimed(slow).await;
    assert_eq!(core.emails().len(), 2);
}

#[on_both_databases]
async fn lost_lease_draws_and_sends_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let slow = core.claim().await.expect("an email is due");
    another_worker_takes_the_lease(&core).await;
    core.send_claimed(slow).await;
    assert_eq!(core.emails().len(), 0);
    assert_eq!(registration(&core).await.draw, None);
    assert_eq!(core.count::<email_outbox::Entity>().await, 1);
}

#[on_both_databases]
async fn lease_that_may_end_while_sending_is_renewed(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let claim = core.claim().await.expect("an email is due");
    // 19 seconds are left, and sending may take 20.
    core.advance(11);
    let keep_end = "UPDATE verifications SET created_at = (SELECT due_at FROM email_outbox)";
    interleave(&core, "UPDATE OF draw ON verifications", "NEW.attempts = 0", keep_end).await;
    core.send_claimed(claim).await;
    let end_of_lease = registration(&core).await.created_at;
    assert_eq!(end_of_lease, core.app.clock.now() + seconds(30));
}

#[on_both_databases]
async fn lost_lease_does_not_renew_or_postpone(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let slow = core.claim().await.expect("an email is due");
    core.advance(30);
    assert!(core.claim().await.is_some());
    let claimed = email(&core).await;
    core.advance(1);
    core.send_claimed(slow).await;
    assert_eq!(email(&core).await, claimed);

    // The lease is lost while the email is sent.
    core.advance(30);
    let take_lease = "UPDATE email_outbox SET lease = id";
    interleave(&core, "UPDATE OF draw ON verifications", "NEW.attempts = 0", take_lease).await;
    core.mailer.faults().set(fault(Stage::Rcpt, reply(451), 1));
    assert!(core.send_next().await);
    assert_eq!(core.mailer.faults().rules()[0].fired, 1);
    let taken = email(&core).await;
    assert_eq!(taken.lease, Some(taken.id));
}

#[on_both_databases]
async fn lost_lease_does_not_resend_code(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.mailer.faults().set(vec![FaultRule {
        times: Some(1),
        ..FaultRule::new(Stage::AfterData, Action::Drop)
    }]);
    assert!(core.send_next().await);
    core.advance(1);
    let slow = core.claim().await.expect("an email is due");
    another_worker_takes_the_lease(&core).await;
    assert_eq!(core.emails().len(), 1);
    core.send_claimed(slow).await;
    assert_eq!(core.emails().len(), 1);
}

/// Lets a statement run right after each change of a row, as if another server ran it just then.
pub(crate) async fn interleave(core: &TestCore, change: &str, condition: &str, statement: &str) {
    let db = &core.app.db;
    let trigger = match db.get_database_backend() {
        DatabaseBackend::Postgres => format!(
            "CREATE FUNCTION interleave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statement}; RETURN NULL; END $$; \
             CREATE TRIGGER interleave AFTER {change} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION interleave()"
        ),
        _ => format!("CREATE TRIGGER interleave AFTER {change} FOR EACH ROW WHEN {condition} BEGIN {statement}; END"),
    };
    db.execute_unprepared(&trigger).await.expect("the trigger is valid");
}

/// Finds a registration by its token, as the first step of a use case does.
async fn find(core: &TestCore, token: VerificationToken) -> (verification::Model, RegistrationProof) {
    let found = accounts::find_registration(&core.app, &RegistrationKey::Token(token, client(1))).await;
    found.expect("the registration is open")
}

/// Requests a new code for a registration that was found before, and activates it.
async fn assert_use_fails(
    core: &TestCore,
    (registration, proof): (verification::Model, RegistrationProof),
    expected: DomainError,
) {
    let network = client(3);
    let resent = accounts::resend_for(&core.app, &registration, proof, &network).await;
    assert_eq!(resent.as_ref().err(), Some(&expected), "{resent:?}");
    let (guess, arrived) = (Code::parse("0000"), core.app.clock.now());
    let outcome = accounts::activate_registration(&core.app, registration, proof, guess, arrived, &network).await;
    assert_eq!(outcome.map(drop), Err(expected));
}

/// The only registration.
async fn registration(core: &TestCore) -> verification::Model {
    let row = verification::Entity::find().one(&core.app.db).await;
    row.expect("the database answers").expect("a registration")
}

/// The only pending email.
async fn email(core: &TestCore) -> email_outbox::Model {
    let row = email_outbox::Entity::find().one(&core.app.db).await;
    row.expect("the database answers").expect("a pending email")
}

/// Gives the lease to another worker, as if it ended while this one stalled.
async fn another_worker_takes_the_lease(core: &TestCore) {
    let mut row = email(core).await.into_active_model();
    row.lease = Set(Some(row.id.clone().unwrap()));
    row.update(&core.app.db).await.expect("the update succeeds");
}
