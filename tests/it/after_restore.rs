//! A backup is restored, and `api after-restore` ends what that revives.

use api::accounts::{self, DomainError, Operator};
use api::credentials::{EmailAddress, NewPassword};
use api::verification::Code;
use entity::{email_outbox, session, user, verification, webhook_delivery};
use sea_orm::EntityTrait;
use tests::{Database, PASSWORD, Receiver, TestCore, binary, client, credentials, on_both_databases};
use tokio::process::Command;

use crate::seconds;

/// Runs the command, and returns what it prints.
async fn after_restore(database: &Database) -> String {
    let output = Command::new(binary("api"))
        .arg("after-restore")
        .env_clear()
        .env("DATABASE_URL", database.url())
        .output()
        .await;
    let output = output.expect("`api` is built");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[on_both_databases]
async fn what_was_open_at_the_backup_has_ended(database: Database) {
    let receiver = Receiver::start().await;
    let core = TestCore::with_webhooks(&database, receiver.config()).await;
    // One is activated, and changes after the backup. Its webhook is pending.
    let (_, _, session) = core.create_signed_in_user("ada@example.com", PASSWORD).await;
    let address = EmailAddress::parse("ada@example.com").expect("an address");
    let reset = accounts::request_password_reset(&core.app, address, None, &client(1)).await;
    let reset = reset.expect("a reset").token;
    assert!(core.send_next().await);
    let reset_code = core.newest_code("ada@example.com");
    // One has a code, and one waits for it.
    let registration = core.register("bob@example.com", PASSWORD, 1).await.token;
    assert!(core.send_next().await);
    let emailed = core.newest_code("bob@example.com");
    core.register("eve@example.com", PASSWORD, 1).await;

    let restored = database.restored().await;
    let printed = after_restore(&restored).await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(printed, @"
        ended: 2 sessions, 3 open verifications
        dropped: 1 emails, 1 webhooks (api webhooks replay sends them again)
        ");
    }

    let core = TestCore::with_webhooks(&restored, receiver.config()).await;
    let found = accounts::find_session(&core.app, &session).await;
    assert!(found.expect("the database answers").is_none());
    let activated = core.activate_with_token(&registration, &emailed).await;
    assert_eq!(activated, Err(DomainError::VerificationNotFound));
    let (emailed, now) = (Code::parse(&reset_code), core.app.clock.now());
    let password = NewPassword::parse("another long password".to_owned());
    let answer = accounts::reset_password(&core.app, &reset, emailed, password, now, &client(1)).await;
    assert!(matches!(answer, Err(DomainError::VerificationNotFound)), "{answer:?}");
    assert!(!core.send_next().await);
    assert_eq!(core.count::<session::Entity>().await, 0);
    assert_eq!(core.count::<email_outbox::Entity>().await, 0);
    assert!(
        !core.webhook_workers()[0]
            .deliver_next()
            .await
            .expect("the database answers")
    );
    let event = webhook_delivery::Entity::find().one(&core.app.db).await;
    let outcome = event.expect("the database answers").expect("a row").outcome;
    assert_eq!(outcome.as_deref(), Some("dropped after a restore"));
    // The database is as good as before.
    assert!(core.verify(&credentials("ada@example.com", PASSWORD, 1)).await.is_ok());
    core.register_and_activate("bob@example.com", PASSWORD).await;
    assert_eq!(after_restore(&restored).await.lines().count(), 2);
}

#[on_both_databases]
async fn users_limits_and_completed_registrations_stay(database: Database) {
    let core = TestCore::start(&database).await;
    let id = core.create_user("ada@example.com").await;
    core.create_user("bob@example.com").await;
    let disabled = accounts::disable_user(&Operator::from(&core.app), core.app.clock.now(), id).await;
    disabled.expect("the database answers");
    for network in 1..=12 {
        let guess = core
            .verify(&credentials("bob@example.com", "a wrong password", network))
            .await;
        assert!(matches!(guess, Err(DomainError::InvalidCredentials)), "{guess:?}");
    }
    let users = user::Entity::find().all(&core.app.db).await.expect("users");
    let completed = verification::Entity::find().all(&core.app.db).await.expect("rows");

    let restored = database.restored().await;
    after_restore(&restored).await;
    let core = TestCore::start(&restored).await;
    assert_eq!(user::Entity::find().all(&core.app.db).await.expect("users"), users);
    let kept = verification::Entity::find().all(&core.app.db).await;
    assert_eq!(kept.expect("rows"), completed);
    let ada = core.verify(&credentials("ada@example.com", PASSWORD, 1)).await;
    assert!(matches!(ada, Err(DomainError::AccountDisabled)), "{ada:?}");
    let bob = core.verify(&credentials("bob@example.com", PASSWORD, 13)).await;
    assert!(matches!(bob, Err(DomainError::RateLimited(_))), "{bob:?}");
}

/// The last sweep of the backup lies back. The clock is right all the same.
#[on_both_databases]
async fn sweep_trusts_the_clock_after_a_restore(database: Database) {
    let core = TestCore::start(&database).await;
    core.create_user("ada@example.com").await;
    accounts::sweep(&core.app).await.expect("the database answers");

    let restored = database.restored().await;
    after_restore(&restored).await;
    let core = TestCore::start(&restored).await;
    core.clock.advance(seconds(11 * 24 * 60 * 60));
    accounts::sweep(&core.app).await.expect("the database answers");
    assert_eq!(core.count::<verification::Entity>().await, 0);
}
