//! Many emails, and the workers that share them.

use std::sync::Arc;
use std::time::Duration;

use entity::email_outbox;
use mailer_mock::{Action, FaultRule, MailerMock, Stage};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tests::{Answers, Database, PASSWORD, TestApp, TestCore, count, eventually, on_both_databases};

use super::{fault, reply};
use crate::clock::wait_until_swept;
use crate::seconds;

#[on_both_databases]
async fn email_of_a_dead_worker_is_sent_by_another(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    assert!(core.claim().await.is_some());
    core.advance(29);
    assert!(!core.send_next().await, "the lease holds");
    core.advance(1);
    assert!(core.send_next().await);
    assert_eq!(core.emails().len(), 1);
}

#[on_both_databases]
async fn new_email_is_sent_before_failing_ones(database: Database) {
    let core = TestCore::start(&database).await;
    let mut reject_old = FaultRule::new(Stage::Rcpt, reply(451));
    reject_old.recipient = Some("old*".to_owned());
    core.mailer.faults().set(vec![reject_old]);
    for number in 0..10 {
        core.register(&format!("old{number}@example.com"), PASSWORD, 1).await;
        assert!(core.send_next().await);
    }
    core.advance(60);
    core.register("new@example.com", PASSWORD, 1).await;
    core.advance(1);
    assert!(core.send_next().await);
    assert_eq!(core.mailer.mailbox().messages_to("new@example.com").len(), 1);
}

#[on_both_databases]
async fn longest_waiting_email_is_sent_first(database: Database) {
    let core = TestCore::start(&database).await;
    for number in 0..3 {
        core.register(&format!("user{number}@example.com"), PASSWORD, 1).await;
        core.advance(1);
    }
    for number in 0..3 {
        assert!(core.send_next().await);
        assert_eq!(core.emails()[0].to[0].address, format!("user{number}@example.com"));
    }
}

#[on_both_databases]
async fn retry_is_not_delayed_by_other_emails(database: Database) {
    let app = TestApp::start(&database).await;
    app.mailer.faults().set(fault(Stage::Rcpt, reply(451), 1));
    app.register("ada@example.com", PASSWORD).await.succeeds();
    let postponed = email_outbox::Entity::find().filter(email_outbox::Column::Lease.is_null());
    eventually("the first email is postponed", async || {
        app.mailer.faults().rules()[0].fired == 1 && postponed.clone().count(app.db()).await == Ok(1)
    })
    .await;
    app.clock.advance(Duration::from_millis(500));
    app.register("bob@example.com", PASSWORD).await.succeeds();
    eventually("the second email is sent", async || {
        app.mailbox().messages().len() == 1 && count::<email_outbox::Entity>(app.db()).await == 1
    })
    .await;
    app.clock.advance(Duration::from_millis(500));
    assert_eq!(app.next_code("ada@example.com").await.len(), 4);
}

#[on_both_databases]
async fn retry_of_another_server_is_noticed(database: Database) {
    let app = TestApp::start(&database).await;
    wait_until_swept(&app).await;
    // Another server postpones an email, which wakes no worker here.
    let other = TestCore::start(&database).await;
    other.register("ada@example.com", PASSWORD, 1).await;
    other.mailer.faults().set(fault(Stage::Rcpt, reply(451), 1));
    assert!(other.send_next().await);
    app.register("bob@example.com", PASSWORD).await.succeeds();
    eventually("the email that is due is sent", async || {
        app.mailbox().messages().len() == 1 && count::<email_outbox::Entity>(app.db()).await == 1
    })
    .await;
    app.clock.advance(seconds(1));
    assert_eq!(app.next_code("ada@example.com").await.len(), 4);
}

#[on_both_databases]
async fn emails_claimed_together_fail_independently(database: Database) {
    let core = TestCore::start(&database).await;
    for number in 0..6 {
        core.register(&format!("user{number}@example.com"), PASSWORD, 1).await;
    }
    let mailer = Arc::new(
        MailerMock::start(mailer_mock::Config::ephemeral())
            .await
            .expect("mailer-mock starts"),
    );
    let reject = |recipient: &str, code, times| FaultRule {
        recipient: Some(recipient.to_owned()),
        times,
        ..FaultRule::new(Stage::Rcpt, reply(code))
    };
    mailer
        .faults()
        .set(vec![reject("user1@*", 550, None), reject("user2@*", 451, Some(1))]);
    let app = TestApp::with(&database, |app| app.mailer = Some(mailer)).await;
    eventually("four emails are sent and one is postponed", async || {
        app.mailbox().messages().len() == 4 && count::<email_outbox::Entity>(app.db()).await == 1
    })
    .await;
    app.clock.advance(seconds(1));
    assert_eq!(app.next_code("user2@example.com").await.len(), 4);
    let emails = app.mailbox().messages();
    assert_eq!(emails.len(), 5);
    // Each email holds the code of its recipient.
    for number in [0, 2, 3, 4, 5] {
        let email = format!("user{number}@example.com");
        let received = app.mailbox().messages_to(&email);
        app.basic(&email, PASSWORD)
            .activate(&received[0].codes[0])
            .await
            .succeeds();
    }
}

#[on_both_databases]
async fn two_servers_send_each_email_once(database: Database) {
    let app = TestApp::start(&database).await;
    let replica = TestApp::with(&database, |builder| {
        builder.mailer = Some(app.mailer.clone());
        builder.clock = app.clock.clone();
    })
    .await;
    let registrations = (0..40).map(|number| {
        let client = if number % 2 == 0 { app.clone() } else { replica.clone() };
        async move { client.register(&format!("user{number}@example.com"), PASSWORD).await }
    });
    Answers::to(registrations).await.are_only(&["OK"]);
    app.wait_for_empty_outbox().await;
    let emails = app.mailbox().messages();
    let recipients: std::collections::HashSet<_> = emails.iter().map(|email| email.to[0].address.clone()).collect();
    assert_eq!((emails.len(), recipients.len()), (40, 40));
}

#[on_both_databases]
async fn email_of_another_server_is_noticed(database: Database) {
    let app = TestApp::start(&database).await;
    wait_until_swept(&app).await;
    let other = TestCore::start(&database).await;
    // The other server has no workers, and wakes none here.
    other.register("ada@example.com", PASSWORD, 1).await;
    app.clock.advance(seconds(5));
    assert_eq!(app.next_code("ada@example.com").await.len(), 4);
}

#[on_both_databases]
async fn slow_mail_server_does_not_delay_registrations(database: Database) {
    let app = TestApp::start(&database).await;
    let stall = FaultRule::new(Stage::Data, Action::Delay(seconds(600)));
    app.mailer.faults().set(vec![stall]);
    for number in 0..8 {
        app.register(&format!("user{number}@example.com"), PASSWORD)
            .await
            .succeeds();
    }
    // All registrations succeed while the first emails still wait for the mail server.
    assert!(app.mailbox().messages().is_empty());
}

/// SQLite has no row locks.
mod postgres_alone {
    mod postgres {
        use sea_orm::ConnectionTrait;
        use tests::{Database, PASSWORD, TestCore};

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn row_locked_by_another_worker_is_skipped() {
            let database = Database::postgres().await;
            let core = TestCore::start(&database).await;
            core.register("ada@example.com", PASSWORD, 1).await;
            let other = api::database::connect(database.url())
                .await
                .expect("the database opens");
            let holding = api::database::begin(&other).await.expect("a transaction");
            holding
                .execute_unprepared("SELECT id FROM email_outbox FOR UPDATE")
                .await
                .expect("the lock is free");
            let claim = tokio::time::timeout(crate::seconds(4), core.mail_worker.claim()).await;
            assert!(
                claim
                    .expect("the claim does not wait")
                    .expect("the database answers")
                    .is_none()
            );
            holding.rollback().await.expect("the rollback succeeds");
            assert!(core.claim().await.is_some());
        }
    }
}
