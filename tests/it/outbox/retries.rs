//! Retries of one email.

use api::accounts::DomainError;
use api::policy::Policy;
use entity::email_outbox;
use mailer_mock::{Action, FaultRule, Stage};
use tests::{Database, PASSWORD, TestApp, TestCore, count, credentials, on_both_databases};

use super::{fault, reply};
use crate::seconds;

#[on_both_databases]
async fn retry_within_30_seconds_sends_the_same_code(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    // The mail server accepts the email, and the connection breaks before its reply.
    core.mailer.faults().set(fault(Stage::AfterData, Action::Drop, 1));
    assert!(core.send_next().await);
    assert!(!core.send_next().await, "the retry is not due yet");
    core.advance(29);
    assert!(core.send_next().await);
    let emails = core.mailer.mailbox().messages_to("ada@example.com");
    assert_eq!(emails.len(), 2);
    assert_eq!(emails[0].codes, emails[1].codes);
    assert_eq!(emails[0].message_id, emails[1].message_id);
    assert!(emails[0].message_id.is_some());
    assert!(emails[0].text.contains("31 seconds"), "{}", emails[0].text);
}

#[on_both_databases]
async fn later_retry_sends_a_new_code(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.mailer.faults().set(fault(Stage::AfterData, Action::Drop, 1));
    assert!(core.send_next().await);
    core.advance(30);
    assert!(core.send_next().await);
    let emails = core.mailer.mailbox().messages_to("ada@example.com");
    assert_eq!(emails.len(), 2);
    assert_ne!(emails[0].message_id, emails[1].message_id);
    assert!(emails[0].text.contains("60 seconds"), "{}", emails[0].text);
    // The older code is invalid although its 60 seconds are not over.
    let ada = credentials("ada@example.com", PASSWORD, 1);
    if emails[0].codes != emails[1].codes {
        let outcome = core.activate(&ada, &emails[1].codes[0]).await;
        assert!(matches!(outcome, Err(DomainError::InvalidCode(_))), "{outcome:?}");
    }
    assert_eq!(core.activate(&ada, &emails[0].codes[0]).await, Ok(()));
}

#[on_both_databases]
async fn later_retry_sends_a_new_code_however_long_it_lives(database: Database) {
    let policy = Policy {
        code_ttl: seconds(600),
        ..Policy::default()
    };
    let core = TestCore::with_policy(&database, policy).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.mailer.faults().set(fault(Stage::AfterData, Action::Drop, 1));
    assert!(core.send_next().await);
    core.advance(30);
    assert!(core.send_next().await);
    assert_ne!(core.emails()[0].message_id, core.emails()[1].message_id);
}

#[on_both_databases]
async fn retry_does_not_send_a_nearly_expired_code(database: Database) {
    let policy = Policy {
        code_ttl: seconds(10),
        ..Policy::default()
    };
    let core = TestCore::with_policy(&database, policy).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.mailer.faults().set(fault(Stage::AfterData, Action::Drop, 1));
    assert!(core.send_next().await);
    core.advance(5);
    assert!(core.send_next().await);
    let emails = core.emails();
    assert_eq!(emails.len(), 2);
    assert_ne!(emails[0].message_id, emails[1].message_id, "the code is a new one");
    assert!(emails[0].text.contains("10 seconds"));
}

#[on_both_databases]
async fn temporarily_rejected_email_is_retried(database: Database) {
    for (stage, action) in [
        (Stage::Rcpt, reply(451)),
        (Stage::Connect, reply(421)),
        (Stage::Connect, Action::Drop),
        (Stage::AfterData, reply(452)),
    ] {
        let core = TestCore::start(&database).await;
        let email = format!("{}@example.com", core.mailer.smtp_addr().port());
        core.mailer.faults().set(fault(stage, action.clone(), 3));
        core.register(&email, PASSWORD, 1).await;
        for pause in [0, 1, 2, 4] {
            core.advance(pause);
            assert!(core.emails().is_empty());
            assert!(core.send_next().await, "{stage:?} {action:?} {pause}");
        }
        assert_eq!(core.mailer.faults().rules()[0].fired, 3);
        let newest_code = core.newest_code(&email);
        core.advance(52);
        let ada = credentials(&email, PASSWORD, 1);
        assert_eq!(core.activate(&ada, &newest_code).await, Ok(()), "{stage:?} {action:?}");
        core.app.db.close().await.expect("the database closes");
    }
}

#[on_both_databases]
async fn permanently_rejected_email_is_not_retried(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.mailer.faults().set(fault(Stage::Rcpt, reply(550), 5));
    assert!(core.send_next().await);
    assert_eq!(core.count::<email_outbox::Entity>().await, 0);
    assert_eq!(core.mailer.faults().rules()[0].fired, 1);
}

#[on_both_databases]
async fn email_is_given_up_after_15_minutes(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.mailer.faults().set(vec![FaultRule {
        stage: Stage::Connect,
        action: Action::Drop,
        times: None,
        recipient: None,
        fired: 0,
    }]);
    let mut pauses = Vec::new();
    let mut waited = 0;
    while core.count::<email_outbox::Entity>().await > 0 {
        if core.send_next().await {
            pauses.push(waited);
            waited = 0;
        }
        core.advance(1);
        waited += 1;
    }
    assert_eq!(pauses, [0, 1, 2, 4, 8, 16, 32, 64, 120, 120, 120, 120, 120, 120]);
}

#[on_both_databases]
async fn register_succeeds_while_the_mail_server_is_down(database: Database) {
    let app = TestApp::start(&database).await;
    app.mailer
        .faults()
        .set(vec![FaultRule::new(Stage::Connect, Action::Drop)]);
    app.register("ada@example.com", PASSWORD).await.succeeds();
    assert_eq!(count::<email_outbox::Entity>(app.db()).await, 1);
    let mailer = app.mailer.clone();
    app.stop().await;

    mailer.faults().set(Vec::new());
    let app = TestApp::with(&database, |app| app.mailer = Some(mailer)).await;
    app.clock.advance(seconds(60));
    assert_eq!(app.next_code("ada@example.com").await.len(), 4);
}
