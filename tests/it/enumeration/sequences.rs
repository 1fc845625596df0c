//! A whole sequence of requests gets the same answers for an address with a user and for an unknown one.

use mailer_mock::{FaultRule, Stage};
use tests::{Client, Database, OTHER_PASSWORD, PASSWORD, TestApp, on_both_databases, wrong_code};

use super::{Response, activate, me, register, resend, sign_in, sign_in_with, wait_for_refusals};
use crate::outbox::reply;
use crate::{loopback, seconds};

/// Two addresses of one length: the first has a user, the second is unknown.
pub(super) const EMAILS: [&str; 2] = ["activeuser@example.com", "unknownone@example.com"];

const HOUR: u64 = 60 * 60;

/// Runs one sequence for both addresses side by side.
pub(super) struct SideBySide {
    pub app: TestApp,
    /// The newest verification tokens.
    pub tokens: [String; 2],
    /// A code that is wrong for the unknown address. For the other one every code is.
    wrong: String,
    pub network: u8,
}

impl SideBySide {
    pub(super) async fn start(database: &Database) -> Self {
        let app = TestApp::start(database).await;
        app.register_and_activate(EMAILS[0], PASSWORD).await;
        app.clock.advance(seconds(HOUR));
        Self {
            app,
            tokens: Default::default(),
            wrong: String::new(),
            network: 1,
        }
    }

    pub(super) fn client(&self) -> Client {
        self.app.at(loopback(self.network))
    }

    /// Sends the same request for both addresses and asserts that the answers are equal. Returns the common body.
    pub(super) async fn step(
        &self,
        what: &str,
        request: impl AsyncFn(Client, &'static str, &str) -> Response,
    ) -> String {
        let [known, unknown] = self.answers(request).await;
        let [known, unknown] = [known.masked(EMAILS[0]), unknown.masked(EMAILS[1])];
        assert_eq!(known, unknown, "{what}");
        assert_eq!(known.status, 200, "{what}");
        known.body
    }

    pub(super) async fn answers(&self, request: impl AsyncFn(Client, &'static str, &str) -> Response) -> [Response; 2] {
        [
            request(self.client(), EMAILS[0], &self.tokens[0]).await,
            request(self.client(), EMAILS[1], &self.tokens[1]).await,
        ]
    }

    /// Registers both addresses with a new password, and waits for their emails. Returns the common answer.
    async fn register(&mut self) -> String {
        let [known, unknown] = self
            .answers(async |client, email, _| register(&client, email).await)
            .await;
        self.tokens = [&known, &unknown].map(|answer| answer.token().expect("a token"));
        let [known, unknown] = [known.masked(EMAILS[0]), unknown.masked(EMAILS[1])];
        assert_eq!(known, unknown, "register");
        known.body
    }

    async fn read_emails(&mut self) {
        assert!(self.app.next_mail(EMAILS[0]).await.codes.is_empty());
        self.wrong = wrong_code(&self.app.next_code(EMAILS[1]).await);
    }

    /// Tries a wrong code by token.
    async fn guess(&self, expected: &str) {
        let body = self
            .step("activate, wrong code", async |client, _, token| {
                activate(&client, Some(token), &self.wrong).await
            })
            .await;
        assert!(body.contains(expected), "{expected} in {body}");
    }
}

#[on_both_databases]
async fn sequences_are_equal_for_active_and_unknown_addresses(database: Database) {
    let mut sides = SideBySide::start(&database).await;

    // Wrong codes to the last try, and one more.
    let body = sides.register().await;
    assert!(
        body.contains("\"codeLength\":4") && body.contains("\"userErrors\":[]"),
        "{body}"
    );
    sides.read_emails().await;
    for remaining in [
        "\"attemptsRemaining\":2",
        "\"attemptsRemaining\":1",
        "\"attemptsRemaining\":0",
    ] {
        sides.guess(remaining).await;
    }
    sides.guess("TOO_MANY_ATTEMPTS").await;

    by_password(&sides).await;

    // An expired code, and a new one.
    sides.app.clock.advance(seconds(60));
    sides.guess("CODE_EXPIRED").await;
    let body = sides
        .step("resend", async |client, _, token| resend(&client, Some(token)).await)
        .await;
    assert!(body.contains("\"userErrors\":[]"), "{body}");
    sides.read_emails().await;
    sides.guess("\"attemptsRemaining\":2").await;
    sides
        .step("resend, too early", async |client, _, token| {
            resend(&client, Some(token)).await
        })
        .await;

    // A new registration replaces the first one.
    let old = sides.tokens.clone();
    sides.app.clock.advance(seconds(30));
    refused_twice(&mut sides).await;
    for (index, token) in old.iter().enumerate() {
        let body = activate(&sides.client(), Some(token), &sides.wrong).await.body;
        assert!(body.contains("VERIFICATION_NOT_FOUND"), "{index} {body}");
    }

    // Six tries so far. The tenth makes codes longer.
    for (network, tries, length) in [(2, 1, 4), (3, 3, 8)] {
        for _ in 0..tries {
            sides.guess("INVALID_CODE").await;
        }
        sides.network = network;
        sides.app.clock.advance(seconds(30));
        let body = sides.register().await;
        assert!(body.contains(&format!("\"codeLength\":{length}")), "{body}");
        sides.read_emails().await;
    }
    sides.guess("\"attemptsRemaining\":2").await;

    // The emails of one network are limited.
    for _ in 0..3 {
        sides.app.clock.advance(seconds(30));
        sides
            .step("resend until limited", async |client, _, token| {
                resend(&client, Some(token)).await
            })
            .await;
    }

    // A registration ends after a day.
    sides.app.clock.advance(seconds(24 * HOUR));
    sides.guess("VERIFICATION_NOT_FOUND").await;
    sides
        .step("me, after a day", async |client, email, _| {
            me(&client.basic(email, OTHER_PASSWORD)).await
        })
        .await;
}

/// Everything that takes a password: the new one, and a wrong one.
async fn by_password(sides: &SideBySide) {
    let body = sides
        .step("me", async |client, email, _| {
            me(&client.basic(email, OTHER_PASSWORD)).await
        })
        .await;
    assert!(body.contains("\"status\":\"PENDING\""), "{body}");
    let body = sides
        .step("signIn", async |client, email, _| sign_in(&client, email).await)
        .await;
    assert!(body.contains("NOT_ACTIVATED"), "{body}");
    for _ in 0..2 {
        let body = sides
            .step("activate by password", async |client, email, _| {
                activate(&client.basic(email, OTHER_PASSWORD), None, &sides.wrong).await
            })
            .await;
        assert!(body.contains("TOO_MANY_ATTEMPTS"), "{body}");
    }
    let body = sides
        .step("resend by password", async |client, email, _| {
            resend(&client.basic(email, OTHER_PASSWORD), None).await
        })
        .await;
    assert!(body.contains("RATE_LIMITED"), "{body}");
    for expected in ["INVALID_CREDENTIALS"; 5].into_iter().chain(["RATE_LIMITED"]) {
        let body = sides
            .step("signIn, wrong password", async |client, email, _| {
                sign_in_with(&client, email, "a wrong password").await
            })
            .await;
        assert!(body.contains(expected), "{expected} in {body}");
    }
}

/// Registers again. The mail server refuses both emails twice before it takes them.
async fn refused_twice(sides: &mut SideBySide) {
    let refuse = EMAILS.map(|email| FaultRule {
        recipient: Some(email.to_owned()),
        times: Some(2),
        ..FaultRule::new(Stage::Rcpt, reply(451))
    });
    sides.app.mailer.faults().set(refuse.to_vec());
    sides.register().await;
    for refused in 1..=2 {
        wait_for_refusals(&sides.app, refused).await;
        // The wrong code of the registration before could be the right one of this one.
        let body = sides
            .step("activate, impossible code", async |client, _, token| {
                activate(&client, Some(token), "99999999").await
            })
            .await;
        assert!(body.contains("INVALID_CODE"), "{body}");
        // The pause after the first refusal is one second, then two.
        sides.app.clock.advance(seconds(u64::from(refused)));
    }
    sides.read_emails().await;
}
