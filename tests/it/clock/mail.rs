//! Emails and codes while the clock jumps.

use api::accounts::DomainError;
use entity::email_outbox;
use mailer_mock::{Action, FaultRule, Stage};
use sea_orm::EntityTrait;
use tests::{Database, PASSWORD, TestCore, credentials, on_both_databases};

use super::{DAY, HOUR, start};
use crate::outbox::{fault, reply};
use crate::seconds;

#[on_both_databases]
async fn email_postponed_while_the_clock_was_ahead_is_due(database: Database) {
    let core = TestCore::start(&database).await;
    core.clock.set_ahead(seconds(DAY));
    core.register("ada@example.com", PASSWORD, 1).await;
    core.mailer.faults().set(fault(Stage::Rcpt, reply(451), 1));
    assert!(core.send_next().await);
    core.clock.set_back(seconds(DAY));
    assert!(core.send_next().await);
    let newest_code = core.newest_code("ada@example.com");
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(core.activate(&ada, &newest_code).await, Ok(()));
}

#[on_both_databases]
async fn lease_from_a_time_ahead_has_ended(database: Database) {
    let core = TestCore::start(&database).await;
    core.clock.set_ahead(seconds(HOUR));
    core.register("ada@example.com", PASSWORD, 1).await;
    assert!(core.claim().await.is_some());
    core.clock.set_back(seconds(HOUR));
    assert!(core.send_next().await);
    assert_eq!(core.emails().len(), 1);
}

#[on_both_databases]
async fn mail_worker_sends_after_the_clock_was_set_back(database: Database) {
    let app = start(&database).await;
    app.clock.set_ahead(seconds(DAY));
    app.mailer.faults().set(fault(Stage::Rcpt, reply(451), 1));
    app.register("ada@example.com", PASSWORD).await.succeeds();
    tests::eventually("the first attempt is recorded", async || {
        let row = email_outbox::Entity::find().one(app.db()).await.expect("an answer");
        row.is_some_and(|row| row.attempts == 1 && row.lease.is_none())
    })
    .await;
    app.clock.set_back(seconds(DAY));
    app.clock.advance(seconds(5));
    assert_eq!(app.next_code("ada@example.com").await.len(), 4);
}

#[on_both_databases]
async fn email_from_a_time_ahead_is_given_up_15_minutes_later(database: Database) {
    let core = TestCore::start(&database).await;
    core.clock.set_ahead(seconds(DAY));
    core.register("ada@example.com", PASSWORD, 1).await;
    core.mailer
        .faults()
        .set(vec![FaultRule::new(Stage::Connect, Action::Drop)]);
    assert!(core.send_next().await);
    core.clock.set_back(seconds(DAY));
    let mut waited = 0;
    while core.count::<email_outbox::Entity>().await > 0 {
        core.send_next().await;
        core.advance(1);
        waited += 1;
        assert!(waited < HOUR);
    }
    assert!((13 * 60..=15 * 60 + 1).contains(&waited), "{waited}");
}

#[on_both_databases]
async fn jump_ahead_does_not_give_up_an_email(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.mailer.faults().set(fault(Stage::Rcpt, reply(451), 3));
    assert!(core.send_next().await);
    core.clock.set_ahead(seconds(DAY - HOUR));
    for pause in [0, 2, 4] {
        core.advance(pause);
        assert!(core.send_next().await, "{pause}");
    }
    assert_eq!(core.emails().len(), 1);
}

#[on_both_databases]
async fn code_drawn_while_the_clock_was_ahead_is_expired(database: Database) {
    for ahead in [2 * 60, HOUR, 23 * HOUR, 400 * DAY] {
        let core = TestCore::start(&database).await;
        core.clock.set_ahead(seconds(ahead));
        let email = format!("ada{ahead}@example.com");
        core.register(&email, PASSWORD, 1).await;
        assert!(core.send_next().await);
        let ada = credentials(&email, PASSWORD, 1);
        let old = core.newest_code(&email);
        core.clock.set_back(seconds(ahead));
        assert_eq!(
            core.activate(&ada, &old).await,
            Err(DomainError::CodeExpired),
            "{ahead}"
        );
        // A new code comes at once, and works.
        assert_eq!(core.resend(&ada).await, Ok(()), "{ahead}");
        assert!(core.send_next().await);
        assert!(core.emails()[0].text.contains("60 seconds"));
        assert_eq!(core.activate(&ada, &core.newest_code(&email)).await, Ok(()), "{ahead}");
    }
}

#[on_both_databases]
async fn retry_does_not_send_a_code_from_a_time_ahead(database: Database) {
    let core = TestCore::start(&database).await;
    core.clock.set_ahead(seconds(HOUR));
    core.register("ada@example.com", PASSWORD, 1).await;
    core.mailer.faults().set(fault(Stage::AfterData, Action::Drop, 1));
    assert!(core.send_next().await);
    core.clock.set_back(seconds(HOUR));
    assert!(core.send_next().await);
    let emails = core.mailer.mailbox().messages_to("ada@example.com");
    assert_ne!(emails[0].message_id, emails[1].message_id);
    assert!(emails[0].text.contains("60 seconds"), "{}", emails[0].text);
}
