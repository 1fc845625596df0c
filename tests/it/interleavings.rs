//! A code activates only the registration it was sent for, even if a request or a worker stops between two steps.

use api::accounts::DomainError;
use entity::{email_outbox, verification};
use mailer_mock::{Action, FaultRule, Stage};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestCore, credentials, on_both_databases};

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

/// The only registration.
async fn registration(core: &TestCore) -> verification::Model {
    let row = verification::Entity::find().one(&core.app.db).await;
    row.expect("the database answers").expect("a registration")
}

/// Gives the lease to another worker, as if it ended while this one stalled.
async fn another_worker_takes_the_lease(core: &TestCore) {
    let row = email_outbox::Entity::find().one(&core.app.db).await;
    let row = row.expect("the database answers").expect("a pending email");
    let mut row = row.into_active_model();
    row.lease = Set(Some(row.id.clone().unwrap()));
    row.update(&core.app.db).await.expect("the update succeeds");
}
