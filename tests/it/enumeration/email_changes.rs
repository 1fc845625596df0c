//! A change of address gets the same answers, by the same statements, for a new address that has a user and for a free
//! one.

use api::accounts::{self, NewAddress};
use api::credentials::{EmailAddress, Password};
use api::verification::Code;
use mailer_mock::{FaultRule, Stage};
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestApp, TestCore, client, on_both_databases};

use super::{assert_equal_steps, confirm_email_change, request_email_change, wait_for_refusals};
use crate::outbox::reply;
use crate::{loopback, seconds};

#[on_both_databases]
async fn sequences_are_equal_for_taken_and_free_addresses(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("activeuser@example.com", OTHER_PASSWORD)
        .await;
    let session = app.register_and_activate("ada@example.com", PASSWORD).await;
    app.clock.advance(seconds(60 * 60));
    let mut sequences = Vec::new();
    // One after the other, since a new change replaces the open one.
    for (network, email) in [(1, "activeuser@example.com"), (2, "unknownone@example.com")] {
        let ada = app.at(loopback(network)).bearer(&session);
        let mut answers = Vec::new();
        // The mail server refuses the email once before it takes it.
        let refuse = FaultRule {
            recipient: Some(email.to_owned()),
            times: Some(1),
            ..FaultRule::new(Stage::Rcpt, reply(451))
        };
        app.mailer.faults().set(vec![refuse]);
        let begun = request_email_change(&ada, email).await;
        let token = begun.token().expect("a token");
        answers.push(begun);
        wait_for_refusals(&app, 1).await;
        answers.push(confirm_email_change(&ada, &token, "31415926").await);
        app.clock.advance(seconds(1));
        app.next_mail(email).await;
        answers.push(confirm_email_change(&ada, &token, "no code").await);
        for _ in 0..4 {
            answers.push(confirm_email_change(&ada, &token, "31415926").await);
        }
        answers.push(request_email_change(&ada, email).await);
        app.clock.advance(seconds(600));
        answers.push(confirm_email_change(&ada, &token, "31415926").await);
        let second = request_email_change(&ada, email).await;
        let new = second.token().expect("a token");
        answers.push(second);
        app.next_mail(email).await;
        answers.push(confirm_email_change(&ada, &token, "31415926").await);
        app.clock.advance(seconds(60 * 60));
        answers.push(confirm_email_change(&ada, &new, "31415926").await);
        let answers: Vec<_> = answers.into_iter().map(|answer| answer.masked(email)).collect();
        sequences.push(answers);
    }
    assert_eq!(sequences[0], sequences[1]);
    let expected = [
        "\"codeLength\":8",
        "\"attemptsRemaining\":2",
        "\"attemptsRemaining\":2",
        "\"attemptsRemaining\":1",
        "\"attemptsRemaining\":0",
        "TOO_MANY_ATTEMPTS",
        "TOO_MANY_ATTEMPTS",
        "RATE_LIMITED",
        "CODE_EXPIRED",
        "\"codeLength\":8",
        "VERIFICATION_NOT_FOUND",
        "VERIFICATION_NOT_FOUND",
    ];
    assert_eq!(sequences[0].len(), expected.len());
    for (answer, expected) in sequences[0].iter().zip(expected) {
        assert!(answer.body.contains(expected), "{expected} in {}", answer.body);
    }
}

#[on_both_databases]
async fn statements_are_equal_for_taken_and_free_addresses(database: Database) {
    let (core, log) = TestCore::recording(&database).await;
    core.register_and_activate("taken@example.com", PASSWORD).await;
    let (_, session, _) = core.create_signed_in_user("ada@example.com", PASSWORD).await;

    let mut sequences = Vec::new();
    // Another change is open each time, so that both replace one.
    for email in ["first@example.com", "taken@example.com", "other@example.com"] {
        let _ = log.take();
        let mut steps = Vec::new();
        let step = |steps: &mut Vec<_>, name| steps.push((name, log.take()));
        let (address, current) = (
            EmailAddress::parse(email).expect("an address"),
            Password::new(PASSWORD.to_owned()),
        );
        let new = NewAddress {
            email: address,
            locale: None,
        };
        let begun = accounts::request_email_change(&core.app, &session, new, &current, &client(1)).await;
        let token = begun.expect("a change").token;
        step(&mut steps, "requestEmailChange");
        core.send_next().await;
        core.send_next().await;
        step(&mut steps, "the emails are sent");
        // The notice may be sent before the code.
        steps[1].1.sort();
        let tries = [
            ("first try", 0),
            ("second try", 0),
            ("third try", 0),
            ("one try too many", 0),
        ];
        for (name, seconds) in tries.into_iter().chain([("expired", 600), ("ended", 3_600)]) {
            core.advance(seconds);
            let (typed, now) = (Code::parse("31415926"), core.app.clock.now());
            let _ = accounts::confirm_email_change(&core.app, &session, &token, typed, now, &client(1)).await;
            step(&mut steps, name);
        }
        sequences.push(steps);
    }
    assert_equal_steps(&sequences[1], &sequences[2]);
}
