//! The mail server fails and comes back: `register` still succeeds, and the email arrives with a code that works.

use std::time::Duration;

use api::clock::Clock;
use entity::email_outbox;
use mailer_mock::{Action, FaultRule, Stage};
use sea_orm::EntityTrait;
use serde_json::json;
use tests::{Answer, Database, PASSWORD, Proxy, TestApp, count, on_both_databases, within};

use crate::seconds;

/// The timeout of one delivery.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(20);
/// Twice that, for a busy machine.
const WAIT_TIMEOUT: Duration = Duration::from_secs(40);

/// How the mail server fails.
enum Outage {
    Refused,
    Stalled,
    /// Open connections break; new ones work.
    Cut,
    /// The mail server runs this fault.
    Fault(Stage, Action),
}

fn reply(code: u16) -> Action {
    Action::Reply {
        code,
        text: "not now".to_owned(),
    }
}

#[on_both_databases]
async fn email_survives_refused_and_broken_connections(database: Database) {
    let outages = [
        Outage::Refused,
        Outage::Cut,
        Outage::Fault(Stage::Connect, reply(421)),
        Outage::Fault(Stage::Rcpt, reply(421)),
        Outage::Fault(Stage::Mail, reply(451)),
        Outage::Fault(Stage::AfterData, reply(450)),
        Outage::Fault(Stage::AfterData, Action::Drop),
    ];
    let (app, mut proxy) = start_behind_proxy(&database).await;
    // Opens connections to the mail server before anything breaks.
    app.register_and_activate("ada@example.com", PASSWORD).await;
    for (number, outage) in outages.into_iter().enumerate() {
        survive(&app, &mut proxy, outage, &format!("user{number}@example.com")).await;
    }
}

#[on_both_databases]
async fn rejected_email_does_not_block_the_next_one(database: Database) {
    let (app, _proxy) = start_behind_proxy(&database).await;
    app.mailer.faults().set(vec![FaultRule {
        recipient: Some("nobody@example.com".to_owned()),
        ..FaultRule::new(Stage::Rcpt, reply(550))
    }]);
    assert_registered(&app.register("nobody@example.com", PASSWORD).await);
    app.wait_for_empty_outbox().await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    assert_eq!(app.mailer.faults().rules()[0].fired, 1);
    assert!(app.mailbox().messages_to("nobody@example.com").is_empty());
}

/// The clock stands still, so the email would never be tried again.
#[on_both_databases]
async fn silent_connection_is_replaced_in_the_same_attempt(database: Database) {
    let (app, proxy) = start_behind_proxy(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    proxy.strand();
    app.register("bob@example.com", PASSWORD).await.succeeds();
    app.next_mail("bob@example.com").await;
}

/// These tests wait for the delivery timeout of 20 seconds.
mod slow {
    use super::*;

    #[on_both_databases]
    async fn email_survives_a_stalled_mail_server(database: Database) {
        let (app, mut proxy) = start_behind_proxy(&database).await;
        app.register_and_activate("ada@example.com", PASSWORD).await;
        survive(&app, &mut proxy, Outage::Stalled, "bob@example.com").await;
    }

    #[on_both_databases]
    async fn late_reply_is_not_taken_for_the_next_email(database: Database) {
        let (app, mut proxy) = start_behind_proxy(&database).await;
        let late = Outage::Fault(Stage::AfterData, Action::Delay(DELIVERY_TIMEOUT + seconds(1)));
        survive(&app, &mut proxy, late, "ada@example.com").await;
        within(WAIT_TIMEOUT, "the late email", async || {
            app.mailbox().messages_to("ada@example.com").len() == 2
        })
        .await;
        // The mail server works again and rejects the next email temporarily. The late reply must not count for it.
        survive(
            &app,
            &mut proxy,
            Outage::Fault(Stage::AfterData, reply(450)),
            "bob@example.com",
        )
        .await;
    }
}

async fn start_behind_proxy(database: &tests::Database) -> (TestApp, Proxy) {
    let mailer = mailer_mock::MailerMock::start(mailer_mock::Config::ephemeral()).await;
    let mailer = std::sync::Arc::new(mailer.expect("mailer-mock starts"));
    let proxy = Proxy::start(mailer.smtp_addr());
    let app = TestApp::with(database, |app| {
        app.smtp_url = Some(format!("smtp://{}", proxy.address()));
        app.mailer = Some(mailer);
    })
    .await;
    (app, proxy)
}

/// Asserts the usual answer of `register`, whatever the mail server does.
#[track_caller]
fn assert_registered(answer: &Answer) {
    let payload = answer.succeeds();
    assert_eq!(
        (
            &payload["codeExpiresInSeconds"],
            &payload["codeLength"],
            &payload["resendAvailableInSeconds"]
        ),
        (&json!(60), &json!(4), &json!(30)),
        "{answer:?}"
    );
}

/// Registers during an outage. After it, the email arrives with a code that works. A duplicate has the same Message-ID.
async fn survive(app: &TestApp, proxy: &mut Proxy, outage: Outage, email: &str) {
    let first_attempt_fails = !matches!(outage, Outage::Cut);
    match outage {
        Outage::Refused => proxy.refuse().await,
        Outage::Stalled => proxy.stall(),
        Outage::Cut => proxy.cut(),
        Outage::Fault(stage, action) => {
            if stage == Stage::Connect {
                // Only new connections run this stage.
                proxy.cut();
            }
            app.mailer.faults().set(vec![FaultRule::new(stage, action)]);
        }
    }
    let answer = tokio::time::timeout(DELIVERY_TIMEOUT / 4, app.register(email, PASSWORD)).await;
    let answer = answer.expect("register does not wait for the mail server");
    assert_registered(&answer);
    if first_attempt_fails {
        within(WAIT_TIMEOUT, "an attempt fails", async || due(app).await.is_some()).await;
    }
    proxy.heal();
    app.mailer.faults().set(Vec::new());

    within(WAIT_TIMEOUT, "the email is sent", async || {
        if let Some(due) = due(app).await {
            // A worker that finds the email leased waits for 50 ms.
            app.clock
                .advance(due.since(app.clock.now()) + Duration::from_millis(50));
        }
        count::<email_outbox::Entity>(app.db()).await == 0
    })
    .await;
    let emails = app.mailbox().messages_to(email);
    assert!((1..=2).contains(&emails.len()), "{} emails to {email}", emails.len());
    let ids: std::collections::HashSet<_> = emails.iter().map(|email| email.message_id.clone()).collect();
    assert_eq!(ids.len(), 1, "a duplicate has the same Message-ID");
    app.basic(email, PASSWORD)
        .activate(&emails[0].codes[0])
        .await
        .succeeds();
}

/// When the pending email is due again; `None` during an attempt.
async fn due(app: &TestApp) -> Option<entity::Timestamp> {
    let mail = email_outbox::Entity::find()
        .one(app.db())
        .await
        .expect("the database answers");
    mail.filter(|mail| mail.lease.is_none() && mail.attempts > 0)
        .map(|mail| mail.due_at)
}
