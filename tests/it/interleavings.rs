//! A code activates only the registration that it was mailed for, also when something was just under way.

use api::account::{Code, Error, Refusal};
use api::clock::Clock;
use mailer_mock::{Action, FaultRule, Stage};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestCore, count, credentials, on_both_databases};

#[on_both_databases]
async fn password_verified_before_replacement_activates_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    assert!(core.delivery.deliver_next().await.expect("a delivery"));
    let first_code = core.newest_code("ada@example.com");
    let proved = core
        .accounts
        .prove(&credentials("ada@example.com", PASSWORD, 1))
        .await
        .expect("a user");

    core.register("ada@example.com", OTHER_PASSWORD, 2).await;
    assert!(core.delivery.deliver_next().await.expect("a delivery"));
    let second_code = core.newest_code("ada@example.com");

    for code in [first_code, second_code.clone()] {
        let proved = core.accounts.prove(&credentials("ada@example.com", PASSWORD, 3)).await;
        assert!(
            matches!(proved, Err(Error::Refused(Refusal::InvalidCredentials))),
            "{code}"
        );
    }
    let late = core
        .accounts
        .activate_proved(proved, Code::parse(&second_code), core.clock.now())
        .await;
    assert!(
        matches!(late, Err(Error::Refused(Refusal::InvalidCredentials))),
        "{late:?}"
    );
    let owner = credentials("ada@example.com", OTHER_PASSWORD, 2);
    let activated = core
        .accounts
        .activate(&owner, Code::parse(&second_code), core.clock.now())
        .await;
    assert!(activated.is_ok(), "{activated:?}");
}

#[on_both_databases]
async fn resend_verified_before_replacement_sends_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let proved = core
        .accounts
        .prove(&credentials("ada@example.com", PASSWORD, 1))
        .await
        .expect("a user");
    core.register("ada@example.com", OTHER_PASSWORD, 2).await;
    core.advance(30);
    let late = core.accounts.resend_to(proved).await;
    assert!(
        matches!(late, Err(Error::Refused(Refusal::InvalidCredentials))),
        "{late:?}"
    );
    assert_eq!(count::<entity::email_outbox::Entity>(&core.accounts.db).await, 1);
    // What was refused has cost the address nothing.
    let owner = credentials("ada@example.com", OTHER_PASSWORD, 1);
    assert!(core.accounts.resend_activation_code(&owner).await.is_ok());
}

#[on_both_databases]
async fn resend_verified_before_activation_sends_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.delivery.deliver_next().await.expect("a delivery");
    let code = core.newest_code("ada@example.com");
    let ada = credentials("ada@example.com", PASSWORD, 1);
    let proved = core.accounts.prove(&ada).await.expect("a user");
    core.advance(30);
    core.accounts
        .activate(&ada, Code::parse(&code), core.clock.now())
        .await
        .expect("an activation");
    let late = core.accounts.resend_to(proved).await;
    assert!(
        matches!(late, Err(Error::Refused(Refusal::AlreadyActivated(_)))),
        "{late:?}"
    );
    assert!(!core.delivery.deliver_next().await.expect("nothing to deliver"));
}

#[on_both_databases]
async fn activation_deletes_codes_and_pending_emails(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.delivery.deliver_next().await.expect("a delivery");
    let code = core.newest_code("ada@example.com");
    core.advance(30);
    let ada = credentials("ada@example.com", PASSWORD, 1);
    core.accounts.resend_activation_code(&ada).await.expect("a resend");
    core.accounts
        .activate(&ada, Code::parse(&code), core.clock.now())
        .await
        .expect("an activation");
    assert_eq!(count::<entity::verification_code::Entity>(&core.accounts.db).await, 0);
    assert_eq!(count::<entity::email_outbox::Entity>(&core.accounts.db).await, 0);
}

#[on_both_databases]
async fn active_user_is_not_sent_a_code(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let claim = core.delivery.claim().await.expect("a claim").expect("a mail");
    let pending = entity::user::Entity::find()
        .one(&core.accounts.db)
        .await
        .expect("a look")
        .expect("a user");
    let active = entity::user::ActiveModel {
        status: Set(entity::user::Status::Active),
        ..pending.into_active_model()
    };
    active.update(&core.accounts.db).await.expect("an update");
    core.delivery.deliver(claim).await.expect("an attempt");
    assert!(core.mailer.mailbox().messages().is_empty());
    assert_eq!(count::<entity::verification_code::Entity>(&core.accounts.db).await, 0);
}

#[on_both_databases]
async fn email_claimed_before_replacement_is_not_sent(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let claim = core.delivery.claim().await.expect("a claim").expect("a mail");

    core.register("ada@example.com", OTHER_PASSWORD, 2).await;
    core.delivery.deliver(claim).await.expect("an attempt");
    assert!(core.mailer.mailbox().messages().is_empty());

    assert!(core.delivery.deliver_next().await.expect("a delivery"));
    let code = core.newest_code("ada@example.com");
    let owner = credentials("ada@example.com", OTHER_PASSWORD, 2);
    assert!(
        core.accounts
            .activate(&owner, Code::parse(&code), core.clock.now())
            .await
            .is_ok()
    );
    assert_eq!(core.mailer.mailbox().messages().len(), 1);
}

#[on_both_databases]
async fn email_claimed_before_resend_keeps_the_new_code_valid(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let claim = core.delivery.claim().await.expect("a claim").expect("a mail");
    core.advance(30);
    let ada = credentials("ada@example.com", PASSWORD, 1);
    core.accounts.resend_activation_code(&ada).await.expect("a resend");
    assert!(core.delivery.deliver_next().await.expect("a delivery"));
    let fresh = core.newest_code("ada@example.com");
    core.delivery.deliver(claim).await.expect("an attempt");
    assert_eq!(core.mailer.mailbox().messages().len(), 1);
    assert!(
        core.accounts
            .activate(&ada, Code::parse(&fresh), core.clock.now())
            .await
            .is_ok()
    );
}

#[on_both_databases]
async fn expired_lease_sends_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let slow = core.delivery.claim().await.expect("a claim").expect("a mail");
    assert!(
        core.delivery.claim().await.expect("an answer").is_none(),
        "the lease holds"
    );
    core.advance(30);
    let quick = core
        .delivery
        .claim()
        .await
        .expect("a claim")
        .expect("the lease has ended");
    core.delivery.deliver(slow).await.expect("an attempt");
    assert!(core.mailer.mailbox().messages().is_empty());
    core.delivery.deliver(quick).await.expect("an attempt");
    assert_eq!(core.mailer.mailbox().messages().len(), 1);
    assert_eq!(count::<entity::email_outbox::Entity>(&core.accounts.db).await, 0);
}

#[on_both_databases]
async fn expired_lease_does_not_resend_notice(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.delivery.deliver_next().await.expect("a delivery");
    let code = core.newest_code("ada@example.com");
    let ada = credentials("ada@example.com", PASSWORD, 1);
    core.accounts
        .activate(&ada, Code::parse(&code), core.clock.now())
        .await
        .expect("an activation");
    core.register("ada@example.com", OTHER_PASSWORD, 2).await;
    let slow = core.delivery.claim().await.expect("a claim").expect("a mail");
    core.advance(30);
    let quick = core
        .delivery
        .claim()
        .await
        .expect("a claim")
        .expect("the lease has ended");
    core.delivery.deliver(quick).await.expect("an attempt");
    core.delivery.deliver(slow).await.expect("an attempt");
    assert_eq!(core.mailer.mailbox().messages().len(), 2);
}

#[on_both_databases]
async fn lost_lease_draws_and_sends_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let slow = core.delivery.claim().await.expect("a claim").expect("a mail");
    another_takes_the_lease(&core).await;
    core.delivery.deliver(slow).await.expect("an attempt");
    assert_eq!(core.mailer.mailbox().messages().len(), 0);
    assert_eq!(count::<entity::verification_code::Entity>(&core.accounts.db).await, 0);
    assert_eq!(count::<entity::email_outbox::Entity>(&core.accounts.db).await, 1);
}

#[on_both_databases]
async fn lost_lease_does_not_resend_code(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.mailer.faults().set(vec![FaultRule {
        times: Some(1),
        ..FaultRule::new(Stage::AfterData, Action::Drop)
    }]);
    assert!(core.delivery.deliver_next().await.expect("an attempt"));
    core.advance(1);
    let slow = core
        .delivery
        .claim()
        .await
        .expect("a claim")
        .expect("a mail that is due again");
    another_takes_the_lease(&core).await;
    let sent = core.mailer.mailbox().messages().len();
    core.delivery.deliver(slow).await.expect("an attempt");
    assert_eq!(core.mailer.mailbox().messages().len(), sent);
}

/// As after a stall in which the lease ended.
async fn another_takes_the_lease(core: &TestCore) {
    let mail = entity::email_outbox::Entity::find().one(&core.accounts.db).await;
    let mut mail = mail.expect("an answer").expect("an owed mail").into_active_model();
    mail.lease = Set(Some(mail.id.clone().unwrap()));
    mail.update(&core.accounts.db).await.expect("a row");
}
