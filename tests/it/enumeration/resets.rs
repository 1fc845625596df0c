//! A password reset gets the same answers, by the same statements, for an address with a user and for an unknown one.

use api::accounts;
use api::credentials::{EmailAddress, NewPassword};
use api::verification::Code;
use mailer_mock::{FaultRule, Stage};
use tests::{Database, OTHER_PASSWORD, PASSWORD, StatementLog, TestCore, client, on_both_databases, wrong_code};

use super::sequences::{EMAILS, SideBySide};
use super::{Steps, assert_equal_steps, request_reset, reset, sign_in_with, wait_for_refusals};
use crate::outbox::{fault, reply};
use crate::{loopback, seconds};

/// Begins a reset of both addresses.
async fn begin(sides: &mut SideBySide) -> String {
    let answers = sides.answers(async |client, email, _| request_reset(&client, email).await);
    let [known, unknown] = answers.await;
    sides.tokens = [&known, &unknown].map(|answer| answer.token().expect("a token"));
    let [known, unknown] = [known.masked(EMAILS[0]), unknown.masked(EMAILS[1])];
    assert_eq!(known, unknown, "requestPasswordReset");
    known.body
}

/// Waits for both emails. Returns a wrong code.
async fn read_emails(sides: &SideBySide) -> String {
    assert!(sides.app.next_mail(EMAILS[1]).await.codes.is_empty());
    wrong_code(&sides.app.next_code(EMAILS[0]).await)
}

async fn try_reset(sides: &SideBySide, code: &str, password: &str, expected: &str) {
    let body = sides
        .step("resetPassword", async |client, _, token| {
            reset(&client, token, code, password).await
        })
        .await;
    assert!(body.contains(expected), "{expected} in {body}");
}

#[on_both_databases]
async fn sequences_are_equal_for_active_and_unknown_addresses(database: Database) {
    let mut sides = SideBySide::start(&database).await;
    let body = begin(&mut sides).await;
    assert!(
        body.contains("\"codeLength\":8") && body.contains("\"userErrors\":[]"),
        "{body}"
    );
    let wrong = read_emails(&sides).await;
    try_reset(&sides, &wrong, "password", "PASSWORD_TOO_WEAK").await;
    try_reset(&sides, "no code", OTHER_PASSWORD, "\"attemptsRemaining\":3").await;
    for remaining in 0..3 {
        let expected = format!("\"attemptsRemaining\":{}", 2 - remaining);
        try_reset(&sides, &wrong, OTHER_PASSWORD, &expected).await;
    }
    try_reset(&sides, &wrong, OTHER_PASSWORD, "TOO_MANY_ATTEMPTS").await;
    sides
        .step("requestPasswordReset, too early", async |client, email, _| {
            request_reset(&client, email).await
        })
        .await;

    // The mail server refuses both emails twice before it takes them.
    let old = sides.tokens.clone();
    sides.app.clock.advance(seconds(30));
    let refuse = EMAILS.map(|email| FaultRule {
        recipient: Some(email.to_owned()),
        times: Some(2),
        ..FaultRule::new(Stage::Rcpt, reply(451))
    });
    sides.app.mailer.faults().set(refuse.to_vec());
    begin(&mut sides).await;
    for refused in 1..=2 {
        wait_for_refusals(&sides.app, refused).await;
        try_reset(&sides, &wrong, OTHER_PASSWORD, "INVALID_CODE").await;
        sides.app.clock.advance(seconds(refused.into()));
    }
    let wrong = read_emails(&sides).await;
    try_reset(&sides, &wrong, OTHER_PASSWORD, "INVALID_CODE").await;

    // The first reset stays open for its hour.
    let new = std::mem::replace(&mut sides.tokens, old);
    try_reset(&sides, &wrong, OTHER_PASSWORD, "TOO_MANY_ATTEMPTS").await;
    sides.app.clock.advance(seconds(600));
    try_reset(&sides, &wrong, OTHER_PASSWORD, "CODE_EXPIRED").await;
    sides.tokens = new;
    try_reset(&sides, &wrong, OTHER_PASSWORD, "CODE_EXPIRED").await;
    let body = sides
        .step("signIn", async |client, email, _| {
            sign_in_with(&client, email, "a wrong password").await
        })
        .await;
    assert!(body.contains("INVALID_CREDENTIALS"), "{body}");
    sides.app.clock.advance(seconds(60 * 60));
    try_reset(&sides, &wrong, OTHER_PASSWORD, "VERIFICATION_NOT_FOUND").await;
}

/// How the reset of a user ends.
enum End {
    NewPassword,
    Reset,
    NewAddress,
    Disabled,
    Deleted,
}

#[on_both_databases]
async fn reset_answers_the_same_after_a_new_password(database: Database) {
    assert_equal_after(&database, End::NewPassword).await;
}

#[on_both_databases]
async fn reset_answers_the_same_after_another_reset(database: Database) {
    assert_equal_after(&database, End::Reset).await;
}

#[on_both_databases]
async fn reset_answers_the_same_after_a_new_address(database: Database) {
    assert_equal_after(&database, End::NewAddress).await;
}

#[on_both_databases]
async fn reset_answers_the_same_after_a_disabling(database: Database) {
    assert_equal_after(&database, End::Disabled).await;
}

#[on_both_databases]
async fn reset_answers_the_same_after_a_deletion(database: Database) {
    assert_equal_after(&database, End::Deleted).await;
}

/// Somebody begins a reset of both addresses. Whatever the owner does, the answers stay equal.
async fn assert_equal_after(database: &Database, end: End) {
    let mut sides = SideBySide::start(database).await;
    begin(&mut sides).await;
    let wrong = read_emails(&sides).await;
    end_reset(&sides, end).await;
    for remaining in 0..3 {
        let expected = format!("\"attemptsRemaining\":{}", 2 - remaining);
        try_reset(&sides, &wrong, OTHER_PASSWORD, &expected).await;
    }
    try_reset(&sides, &wrong, OTHER_PASSWORD, "TOO_MANY_ATTEMPTS").await;
    sides.app.clock.advance(seconds(600));
    try_reset(&sides, &wrong, OTHER_PASSWORD, "CODE_EXPIRED").await;
    sides.app.clock.advance(seconds(50 * 60));
    try_reset(&sides, &wrong, OTHER_PASSWORD, "VERIFICATION_NOT_FOUND").await;
}

async fn end_reset(sides: &SideBySide, end: End) {
    let app = &sides.app;
    let session = app.sign_in(EMAILS[0], PASSWORD).await.session_token();
    let owner = app.at(loopback(200)).bearer(&session);
    match end {
        End::NewPassword => {
            owner.change_password(PASSWORD, OTHER_PASSWORD).await.succeeds();
        }
        End::Reset => {
            let token = owner.request_password_reset(EMAILS[0]).await.verification_token();
            let code = app.next_code(EMAILS[0]).await;
            owner.reset_password(&token, &code, OTHER_PASSWORD).await.succeeds();
        }
        End::NewAddress => {
            let begun = owner.request_email_change("moved@example.com", PASSWORD).await;
            let code = app.next_code("moved@example.com").await;
            let token = begun.verification_token();
            owner.confirm_email_change(&token, &code).await.succeeds();
        }
        End::Disabled => {
            let inner = app.server().app();
            let user = entity::user::by_canonical_email(EMAILS[0]).one(&inner.db).await;
            let id = user.expect("an answer").expect("a user").id;
            let disabled = accounts::disable_user(&inner.into(), inner.clock.now(), id).await;
            assert!(matches!(disabled, Ok(Some(_))), "{disabled:?}");
        }
        End::Deleted => {
            owner.delete_account(PASSWORD).await.succeeds();
        }
    }
    app.wait_for_empty_outbox().await;
}

#[on_both_databases]
async fn statements_are_equal_for_active_and_unknown_addresses(database: Database) {
    let (core, log) = TestCore::recording(&database).await;
    core.register_and_activate("known@example.com", PASSWORD).await;

    let known = statements(&core, &log, "known@example.com").await;
    let unknown = statements(&core, &log, "other@example.com").await;
    assert_equal_steps(&known, &unknown);
}

/// The statements of each step of a sequence.
async fn statements(core: &TestCore, log: &StatementLog, email: &str) -> Steps {
    let _ = log.take();
    let mut steps = Vec::new();
    let mut step = |name| steps.push((name, log.take()));
    let address = EmailAddress::parse(email).expect("an address");
    let begun = accounts::request_password_reset(&core.app, address.clone(), None, &client(1)).await;
    let token = begun.expect("a reset").token;
    step("requestPasswordReset");
    core.mailer.faults().set(fault(Stage::Rcpt, reply(451), 1));
    core.send_next().await;
    step("the email is refused");
    core.advance(1);
    core.send_next().await;
    step("the email is sent");
    for (name, typed, seconds) in [
        ("first try", "31415926", 0),
        ("second try", "31415926", 0),
        ("third try", "31415926", 0),
        ("one try too many", "31415926", 0),
        ("not a code", "not a code", 0),
        ("expired", "31415926", 600),
        ("ended", "31415926", 3_600),
    ] {
        core.advance(seconds);
        let password = NewPassword::parse(OTHER_PASSWORD.to_owned());
        let (tried, now) = (Code::parse(typed), core.app.clock.now());
        let _ = accounts::reset_password(&core.app, &token, tried, password, now, &client(1)).await;
        step(name);
    }
    let _ = accounts::request_password_reset(&core.app, address.clone(), None, &client(1)).await;
    step("requestPasswordReset again");
    let _ = accounts::request_password_reset(&core.app, address, None, &client(1)).await;
    step("requestPasswordReset, too early");
    core.send_next().await;
    step("the second email is sent");
    steps
}
