//! No answer reveals whether an email is registered: not its body, its headers or its time.

mod email_changes;
mod resets;
mod sequences;
mod slow;
mod statements;
mod waiting_resets;

use std::collections::BTreeMap;

use entity::email_outbox;
use reqwest::Method;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{Client, Database, OTHER_PASSWORD, PASSWORD, TestApp, eventually, on_both_databases};

use crate::seconds;

const ERRORS: &str = "userErrors { code message field retryAfterSeconds attemptsRemaining suggestions }";

/// What a client sees.
#[derive(Debug, PartialEq)]
struct Response {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

/// Sends a request, and masks what differs in every response.
async fn send(client: &Client, query: &str, variables: Value) -> Response {
    let request = client.request(Method::POST, "/graphql");
    let response = request
        .json(&json!({ "query": query, "variables": variables }))
        .send()
        .await
        .expect("the server answers");
    let headers = response.headers().iter().map(|(name, value)| {
        let value = match name.as_str() {
            "date" | "x-request-id" => "…",
            _ => value.to_str().expect("text"),
        };
        (name.to_string(), value.to_owned())
    });
    Response {
        status: response.status().as_u16(),
        headers: headers.collect(),
        body: response.text().await.expect("a body"),
    }
}

impl Response {
    /// The verification token in the payload, if there is one.
    fn token(&self) -> Option<String> {
        let body: Value = serde_json::from_str(&self.body).expect("JSON");
        let payload = body["data"].as_object()?.values().next()?;
        Some(payload["verificationToken"].as_str()?.to_owned())
    }

    /// Masks what differs in every registration: its token and id, and the address itself.
    fn masked(mut self, email: &str) -> Self {
        let body: Value = serde_json::from_str(&self.body).expect("JSON");
        let id = body["data"]["me"]["id"].as_str().map(str::to_owned);
        for text in id.into_iter().chain(self.token()) {
            self.body = self.body.replace(&text, &"x".repeat(text.len()));
        }
        self.body = self.body.replace(email, &"x".repeat(email.len()));
        self
    }
}

/// The statements of each step of a sequence.
type Steps = Vec<(&'static str, Vec<String>)>;

/// Compares the statements for two addresses. A step without any would compare nothing.
fn assert_equal_steps(one: &Steps, other: &Steps) {
    assert_eq!(one.len(), other.len());
    for ((step, one), (_, other)) in one.iter().zip(other) {
        assert!(!one.is_empty(), "{step}");
        assert_eq!(one, other, "{step}");
    }
}

async fn register(client: &Client, email: &str) -> Response {
    let query = format!(
        "mutation($input: RegisterInput!) {{ register(input: $input) {{ verificationToken codeExpiresInSeconds codeLength resendAvailableInSeconds {ERRORS} }} }}"
    );
    let input = json!({ "email": email, "password": OTHER_PASSWORD });
    send(client, &query, json!({ "input": input })).await
}

async fn sign_in(client: &Client, email: &str) -> Response {
    sign_in_with(client, email, OTHER_PASSWORD).await
}

async fn sign_in_with(client: &Client, email: &str, password: &str) -> Response {
    let query = format!("mutation($input: SignInInput!) {{ signIn(input: $input) {{ session {{ id }} {ERRORS} }} }}");
    send(
        client,
        &query,
        json!({ "input": { "email": email, "password": password } }),
    )
    .await
}

/// Activates with a token, or without one with the credentials of the client.
async fn activate(client: &Client, token: Option<&str>, code: &str) -> Response {
    let query = format!("mutation($input: ActivateInput!) {{ activate(input: $input) {{ user {{ id }} {ERRORS} }} }}");
    let input = json!({ "activationCode": code, "verificationToken": token });
    send(client, &query, json!({ "input": input })).await
}

/// Requests a new code with a token, or without one with the credentials of the client.
async fn resend(client: &Client, token: Option<&str>) -> Response {
    let query = format!(
        "mutation($input: ResendActivationCodeInput) {{ resendActivationCode(input: $input) {{ codeExpiresInSeconds codeLength resendAvailableInSeconds {ERRORS} }} }}"
    );
    send(client, &query, json!({ "input": { "verificationToken": token } })).await
}

/// Waits until the mail server has refused the email of each rule this many times, and the server has postponed all.
async fn wait_for_refusals(app: &TestApp, refused: u32) {
    let rules = app.mailer.faults().rules().len() as u64;
    eventually("the emails are refused", async || {
        app.mailer.faults().rules().iter().all(|rule| rule.fired == refused)
    })
    .await;
    // Before it is postponed, its pause would begin at the next time of the clock.
    eventually("the emails are postponed", async || {
        let postponed = email_outbox::Entity::find().filter(email_outbox::Column::Lease.is_null());
        postponed.count(app.db()).await == Ok(rules)
    })
    .await;
}

async fn request_reset(client: &Client, email: &str) -> Response {
    let query = format!(
        "mutation($input: RequestPasswordResetInput!) {{ requestPasswordReset(input: $input) {{ verificationToken codeExpiresInSeconds codeLength resendAvailableInSeconds {ERRORS} }} }}"
    );
    send(client, &query, json!({ "input": { "email": email } })).await
}

async fn reset(client: &Client, token: &str, code: &str, password: &str) -> Response {
    let query = format!(
        "mutation($input: ResetPasswordInput!) {{ resetPassword(input: $input) {{ user {{ id }} {ERRORS} }} }}"
    );
    let input = json!({ "verificationToken": token, "code": code, "newPassword": password });
    send(client, &query, json!({ "input": input })).await
}

async fn request_email_change(client: &Client, email: &str) -> Response {
    let query = format!(
        "mutation($input: RequestEmailChangeInput!) {{ requestEmailChange(input: $input) {{ verificationToken codeExpiresInSeconds codeLength resendAvailableInSeconds {ERRORS} }} }}"
    );
    let input = json!({ "newEmail": email, "currentPassword": PASSWORD });
    send(client, &query, json!({ "input": input })).await
}

async fn confirm_email_change(client: &Client, token: &str, code: &str) -> Response {
    let query = format!(
        "mutation($input: ConfirmEmailChangeInput!) {{ confirmEmailChange(input: $input) {{ user {{ id }} {ERRORS} }} }}"
    );
    let input = json!({ "verificationToken": token, "code": code });
    send(client, &query, json!({ "input": input })).await
}

async fn me(client: &Client) -> Response {
    send(client, "{ me { id email status createdAt activatedAt } }", json!({})).await
}

/// Compares the answers for an active, a pending and an unknown email.
async fn assert_equal_answers(what: &str, request: impl AsyncFn(&'static str) -> Response) -> String {
    let unknown = request("unknown@example.com").await;
    assert_eq!(request("active@example.com").await, unknown, "{what}");
    assert_eq!(request("pending@example.com").await, unknown, "{what}");
    assert_eq!(unknown.status, 200, "{what}");
    unknown.body
}

#[on_both_databases]
async fn answers_are_equal_for_active_pending_and_unknown_emails(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("active@example.com", PASSWORD).await;
    app.register_and_read_code("pending@example.com", PASSWORD).await;
    // The mail limits of these addresses are unused again.
    app.clock.advance(seconds(60 * 60));

    let answer = assert_equal_answers("signIn", async |email| sign_in(&app, email).await).await;
    assert!(answer.contains("INVALID_CREDENTIALS"), "{answer}");
    let answer = assert_equal_answers("activate", async |email| {
        activate(&app.basic(email, OTHER_PASSWORD), None, "0000").await
    })
    .await;
    assert!(answer.contains("INVALID_CREDENTIALS"), "{answer}");
    let answer = assert_equal_answers("resend", async |email| {
        resend(&app.basic(email, OTHER_PASSWORD), None).await
    })
    .await;
    assert!(answer.contains("INVALID_CREDENTIALS"), "{answer}");
    let answer = assert_equal_answers("me", async |email| me(&app.basic(email, OTHER_PASSWORD)).await).await;
    assert!(answer.contains("UNAUTHENTICATED"), "{answer}");

    for _ in 0..2 {
        assert_equal_answers("signIn", async |email| sign_in(&app, email).await).await;
    }
    let answer = assert_equal_answers("signIn, limited", async |email| sign_in(&app, email).await).await;
    assert!(answer.contains("RATE_LIMITED"), "{answer}");
    let answer = assert_equal_answers("activate, limited", async |email| {
        activate(&app.basic(email, OTHER_PASSWORD), None, "0000").await
    })
    .await;
    assert!(answer.contains("RATE_LIMITED"), "{answer}");
    let answer = assert_equal_answers("resend, limited", async |email| {
        resend(&app.basic(email, OTHER_PASSWORD), None).await
    })
    .await;
    assert!(answer.contains("RATE_LIMITED"), "{answer}");
    let answer = assert_equal_answers("me, limited", async |email| me(&app.basic(email, OTHER_PASSWORD)).await).await;
    assert!(answer.contains("RATE_LIMITED"), "{answer}");

    let answer = assert_equal_answers("register", async |email| register(&app, email).await.masked(email)).await;
    assert!(
        answer.contains("\"codeLength\":4") && answer.contains("\"userErrors\":[]"),
        "{answer}"
    );
    let answer = assert_equal_answers("register, limited", async |email| {
        register(&app, email).await.masked(email)
    })
    .await;
    assert!(answer.contains("RATE_LIMITED"), "{answer}");
}
