//! A code activates only the registration it was sent for, even if a request or a worker stops between two steps.

mod leases;

use api::accounts::{self, DomainError, RegistrationKey, RegistrationProof};
use api::verification::{Code, VerificationToken};
use entity::{email_outbox, session, user, verification};
use mailer_mock::{Action, Stage};
use sea_orm::{ConnectionTrait, DatabaseBackend, EntityTrait};
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestCore, client, credentials, on_both_databases};

use crate::outbox::fault;

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

/// SQLite has one writer.
mod postgres {
    use api::credentials::Identity;
    use sea_orm::ConnectionTrait;
    use tests::{Database, PASSWORD, TestCore, credentials, eventually, waiting_transactions};

    /// The check waits for the table of verifications while another request completes the activation.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn password_is_right_while_another_request_activates() {
        let database = Database::postgres().await;
        let core = TestCore::start(&database).await;
        core.create_user("ada@example.com").await;
        let make_pending = "UPDATE users SET email_canonical = 'nobody'; \
            UPDATE verifications SET consumed_at = NULL, password_hash = (SELECT password_hash FROM users)";
        core.app
            .db
            .execute_unprepared(make_pending)
            .await
            .expect("the rows are there");
        let holder = api::database::begin(&core.app.db).await.expect("a transaction");
        let lock = "LOCK TABLE verifications IN ACCESS EXCLUSIVE MODE";
        holder.execute_unprepared(lock).await.expect("the lock");
        let (app, ada) = (core.app.clone(), credentials("ada@example.com", PASSWORD, 2));
        let verifying = tokio::spawn(async move { api::accounts::verify(&app, &ada).await });
        eventually("the check waits", async || {
            waiting_transactions(&core.app.db).await == 1
        })
        .await;
        let activate = "UPDATE users SET email_canonical = 'ada@example.com'; \
            UPDATE verifications SET consumed_at = 1, password_hash = NULL";
        holder.execute_unprepared(activate).await.expect("the rows are there");
        holder.commit().await.expect("the commit succeeds");
        let verified = verifying.await.expect("no panic");
        assert!(matches!(verified, Ok(Identity::User(_))), "{verified:?}");
    }
}
