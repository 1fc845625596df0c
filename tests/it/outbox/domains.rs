//! Recipient domains share the connections to the mail server.

use std::sync::Arc;

use mailer_mock::{Action, FaultRule, MailerMock, Stage};
use tests::{Answers, Database, PASSWORD, TestApp, TestCore, eventually, on_both_databases};

use crate::seconds;

/// Emails to these recipients get no answer for longer than the test runs.
fn stall(mailer: &MailerMock, recipient: &str) {
    let mut stall = FaultRule::new(Stage::Rcpt, Action::Delay(seconds(600)));
    stall.recipient = Some(recipient.to_owned());
    mailer.faults().set(vec![stall]);
}

fn stalled(app: &TestApp) -> u32 {
    app.mailer.faults().rules()[0].fired
}

async fn register_all(app: &TestApp, addresses: impl Iterator<Item = String>) {
    let registrations = addresses.map(|address| {
        let client = (**app).clone();
        async move { client.register(&address, PASSWORD).await }
    });
    Answers::to(registrations).await.are_only(&["OK"]);
}

/// Waits for an email while others stay pending.
pub(super) async fn arrives(app: &TestApp, address: &str) {
    eventually("the email arrives", async || {
        !app.mailbox().messages_to(address).is_empty()
    })
    .await;
}

#[on_both_databases]
async fn slow_domain_does_not_delay_others(database: Database) {
    // A backlog, before the server starts.
    let core = TestCore::start(&database).await;
    for number in 0..58 {
        core.register(&format!("user{number}@slow.example"), PASSWORD, 1).await;
    }
    let mailer = MailerMock::start(mailer_mock::Config::ephemeral()).await;
    let mailer = Arc::new(mailer.expect("mailer-mock starts"));
    stall(&mailer, "*@slow.example");
    let app = TestApp::with(&database, |app| {
        app.mailer = Some(mailer);
        app.clock = core.clock.clone();
    })
    .await;
    register_all(&app, (0..10).map(|number| format!("user{number}@fast{number}.example"))).await;
    for number in 0..10 {
        arrives(&app, &format!("user{number}@fast{number}.example")).await;
    }
    assert_eq!(stalled(&app), 2, "a quarter of the connections");
}

#[on_both_databases]
async fn many_slow_domains_leave_connections_for_a_quick_one(database: Database) {
    let app = TestApp::start(&database).await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    app.next_code("ada@example.com").await;
    stall(&app.mailer, "slow@*");
    register_all(&app, (0..20).map(|number| format!("slow@{number}.example"))).await;
    eventually("the slow emails have their share", async || stalled(&app) == 6).await;
    app.register("bob@example.com", PASSWORD).await.succeeds();
    arrives(&app, "bob@example.com").await;
    assert_eq!(stalled(&app), 6, "three quarters of the connections");
}

/// The owner of a domain has as many names below it as they like.
#[on_both_databases]
async fn names_of_one_owner_share_its_connections(database: Database) {
    let app = TestApp::start(&database).await;
    stall(&app.mailer, "*slow.co.uk");
    register_all(&app, (0..20).map(|number| format!("user@{number}.slow.co.uk"))).await;
    eventually("the slow emails have their share", async || stalled(&app) > 0).await;
    app.register("ada@new.co.uk", PASSWORD).await.succeeds();
    arrives(&app, "ada@new.co.uk").await;
    assert!(stalled(&app) <= 2, "a quarter of the connections: {}", stalled(&app));
}

#[on_both_databases]
async fn quick_domain_uses_every_connection(database: Database) {
    let app = TestApp::start(&database).await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    app.next_code("ada@example.com").await;
    stall(&app.mailer, "*@example.com");
    register_all(&app, (0..12).map(|number| format!("user{number}@example.com"))).await;
    eventually("all connections are in use", async || stalled(&app) == 8).await;
}

mod slow {
    use super::*;

    #[on_both_databases]
    async fn slow_connection_does_not_make_a_domain_slow(database: Database) {
        let app = TestApp::start(&database).await;
        let mut greeting = FaultRule::new(Stage::Connect, Action::Delay(seconds(3)));
        greeting.times = Some(1);
        app.mailer.faults().set(vec![greeting]);
        app.register("ada@example.com", PASSWORD).await.succeeds();
        app.next_code("ada@example.com").await;
        stall(&app.mailer, "*@example.com");
        register_all(&app, (0..12).map(|number| format!("user{number}@example.com"))).await;
        eventually("all connections are in use", async || stalled(&app) == 8).await;
    }
}

#[on_both_databases]
async fn backlog_of_a_new_domain_is_sent(database: Database) {
    let app = TestApp::start(&database).await;
    register_all(&app, (0..30).map(|number| format!("user{number}@example.com"))).await;
    app.wait_for_empty_outbox().await;
    assert_eq!(app.mailbox().messages().len(), 30);
}
