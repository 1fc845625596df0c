//! `register`: what it accepts, and what it replaces.

use std::collections::HashSet;

use entity::{email_outbox, user, verification};
use mailer_mock::{FaultRule, Stage};
use sea_orm::EntityTrait;
use serde_json::json;
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestApp, count, eventually, on_both_databases};

use crate::outbox::reply;
use crate::{loopback, seconds};

#[on_both_databases]
async fn invalid_registration_reports_all_errors(database: Database) {
    let app = TestApp::start(&database).await;
    for (email, password, codes) in [
        ("ada", PASSWORD, vec!["INVALID_EMAIL"]),
        ("ada@example.com", "1234567", vec!["PASSWORD_TOO_SHORT"]),
        ("ada@example.com", &"x".repeat(129), vec!["PASSWORD_TOO_LONG"]),
        ("ada@example.com", "password", vec!["PASSWORD_TOO_WEAK"]),
        ("ada@example.com", "ada@example.com", vec!["PASSWORD_TOO_WEAK"]),
        ("ada", "1234567", vec!["INVALID_EMAIL", "PASSWORD_TOO_SHORT"]),
    ] {
        let answer = app.register(email, password).await;
        let field = if codes[0] == "INVALID_EMAIL" {
            "email"
        } else {
            "password"
        };
        answer
            .fails_with_all(&codes)
            .field(field)
            .suggestions(codes[0] == "PASSWORD_TOO_WEAK");
        for absent in ["codeLength", "codeExpiresInSeconds", "resendAvailableInSeconds"] {
            assert_eq!(answer.payload()[absent], json!(null), "{answer:?}");
        }
    }
    assert_eq!(count::<verification::Entity>(app.db()).await, 0);
    assert_eq!(count::<email_outbox::Entity>(app.db()).await, 0);
    // The failed requests spent no limit.
    app.register("ada@example.com", PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn one_mailbox_is_one_account(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("Ada@Bücher.example", PASSWORD).await;
    for written in [
        "ada@bücher.example",
        " ADA@XN--BCHER-KVA.EXAMPLE ",
        "ada@bu\u{308}cher.example",
    ] {
        app.sign_in(written, PASSWORD).await.succeeds();
        app.basic(written, PASSWORD).me().await.is_user("Ada@Bücher.example");
    }
    app.register_and_activate("ada+tag@bücher.example", OTHER_PASSWORD)
        .await;
    assert_eq!(count::<user::Entity>(app.db()).await, 2);
}

#[on_both_databases]
async fn passwords_are_used_exactly_as_received(database: Database) {
    let app = TestApp::start(&database).await;
    let long: String = (0..128_u32)
        .filter_map(|n| char::from_u32(33 + n * n * 7 % 90))
        .collect();
    for (number, password) in [" leading: and:colons ", "päßwörd-überall-🦀", &long]
        .into_iter()
        .enumerate()
    {
        let email = format!("user{number}@example.com");
        app.register_and_activate(&email, password).await;
        let cut: String = password.chars().take(password.chars().count() - 1).collect();
        for other in [password.trim(), &password.to_lowercase(), &cut] {
            if other != password {
                app.sign_in(&email, other).await.fails_with("INVALID_CREDENTIALS");
            }
        }
    }
}

#[on_both_databases]
async fn new_registration_replaces_the_pending_one(database: Database) {
    let app = TestApp::start(&database).await;
    let first_code = app.register_and_read_code("ada@example.com", PASSWORD).await;
    let first = app.basic("ada@example.com", PASSWORD).me().await;

    app.clock.advance(seconds(30));
    let second_code = app.register_and_read_code("ada@example.com", OTHER_PASSWORD).await;
    let second = app.basic("ada@example.com", OTHER_PASSWORD).me().await;

    assert_ne!(first.payload()["id"], second.payload()["id"]);
    assert_eq!(count::<verification::Entity>(app.db()).await, 1);
    let replaced = app.basic("ada@example.com", PASSWORD);
    replaced.activate(&second_code).await.fails_with("INVALID_CREDENTIALS");
    replaced.me().await.is_unauthenticated();
    let current = app.basic("ada@example.com", OTHER_PASSWORD);
    if first_code != second_code {
        current.activate(&first_code).await.fails_with("INVALID_CODE");
    }
    let activated = current.activate(&second_code).await;
    assert_eq!(activated.succeeds()["user"]["id"], second.payload()["id"]);
}

#[on_both_databases]
async fn registering_an_active_email_only_notifies_its_owner(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    let before = app.bearer(&token).me().await;

    app.clock.advance(seconds(30));
    let known = app.register("ada@example.com", OTHER_PASSWORD).await;
    let unknown = app.register("bob@example.com", OTHER_PASSWORD).await;
    assert_eq!(known.status, unknown.status);
    assert_eq!(known.redacted(), unknown.redacted());
    let names = |answer: &tests::Answer| answer.headers.keys().map(ToString::to_string).collect::<HashSet<_>>();
    assert_eq!(names(&known), names(&unknown));

    let mail = app.next_mail("ada@example.com").await;
    assert_eq!(mail.subject, "You already have an account");
    assert!(mail.codes.is_empty());
    assert_eq!(app.bearer(&token).me().await.body, before.body);
    // The new password opens nothing, and the answer is that of any pending registration.
    app.sign_in("ada@example.com", OTHER_PASSWORD)
        .await
        .fails_with("NOT_ACTIVATED");
    app.sign_in("ada@example.com", PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn email_limits_are_equal_for_known_and_unknown_addresses(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("known@example.com", PASSWORD).await;
    app.register_and_read_code("unknown@example.com", PASSWORD).await;
    // Emails are 30 s apart.
    app.clock.advance(seconds(29));
    for email in ["known@example.com", "unknown@example.com"] {
        app.register(email, OTHER_PASSWORD)
            .await
            .fails_with("RATE_LIMITED")
            .retry_after(1);
    }
    // A rejected request does not change the pending password.
    app.basic("unknown@example.com", PASSWORD).me().await.is_pending();
    app.basic("unknown@example.com", OTHER_PASSWORD)
        .me()
        .await
        .is_unauthenticated();
    // One network may request three an hour.
    for (wait, resend_in) in [(1, 30), (30, 3_540)] {
        app.clock.advance(seconds(wait));
        for email in ["known@example.com", "unknown@example.com"] {
            let answer = app.register(email, PASSWORD).await;
            assert_eq!(answer.succeeds()["resendAvailableInSeconds"], resend_in, "{answer:?}");
        }
    }
    app.clock.advance(seconds(30));
    for email in ["known@example.com", "unknown@example.com"] {
        app.register(email, PASSWORD)
            .await
            .fails_with("RATE_LIMITED")
            .retry_after(3_510);
    }
    // All networks together may request ten an hour.
    for network in 1..=7 {
        for email in ["known@example.com", "unknown@example.com"] {
            app.at(loopback(network)).register(email, PASSWORD).await.succeeds();
        }
    }
    for email in ["known@example.com", "unknown@example.com"] {
        app.at(loopback(8))
            .register(email, PASSWORD)
            .await
            .fails_with("RATE_LIMITED");
    }
    app.clock.advance(seconds(3_510));
    app.register("unknown@example.com", PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn concurrent_registrations_of_one_email_make_one_user(database: Database) {
    let app = TestApp::start(&database).await;
    // No email is sent before all have registered.
    app.mailer.faults().set(vec![FaultRule::new(Stage::Rcpt, reply(451))]);
    let registrations = (0..200_u8).map(|number| {
        let client = app.at(loopback(number % 20));
        let password = format!("{PASSWORD} {number}");
        tokio::spawn(async move {
            let answer = client.register("ada@example.com", &password).await;
            (password, answer)
        })
    });
    let mut accepted = Vec::new();
    for registration in registrations.collect::<Vec<_>>() {
        let (password, answer) = registration.await.expect("no panic");
        if answer.outcome() == "OK" {
            accepted.push(password);
        } else {
            // A busy machine may not judge all passwords in time.
            assert!(["RATE_LIMITED", "OVERLOADED"].contains(&answer.outcome()), "{answer:?}");
        }
    }
    // An address gets at most ten emails an hour.
    assert_eq!(accepted.len(), 10);
    assert_eq!(count::<verification::Entity>(app.db()).await, 1);
    // Exactly one of the ten registrations is open, and the only email is for it.
    let mut owners = Vec::new();
    for (network, password) in (100..).zip(&accepted) {
        let client = app.at(loopback(network)).basic("ada@example.com", password);
        if client.me().await.outcome() == "OK" {
            owners.push(client);
        }
    }
    assert_eq!(owners.len(), 1);
    eventually("the email is postponed", async || {
        let rows = email_outbox::Entity::find()
            .all(app.db())
            .await
            .expect("the database answers");
        rows.len() == 1 && rows[0].lease.is_none() && rows[0].attempts > 0
    })
    .await;
    app.mailer.faults().set(Vec::new());
    app.clock.advance(seconds(1));
    let code = app.next_code("ada@example.com").await;
    assert_eq!(app.mailbox().messages_to("ada@example.com").len(), 1);
    owners[0].activate(&code).await.succeeds();
}
