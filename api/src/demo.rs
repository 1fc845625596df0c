//! `api demo` runs the whole flow against a server of its own and prints it with times.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_server::client::send;
use http_server::print;
use mailer_mock::{Mailbox, MailerMock};
use serde_json::{Value, json};

use crate::clock::{Clock, SystemClock};
use crate::random::{self, SystemRandom};
use crate::server::Server;
use crate::settings::Settings;

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery staple";

const REGISTER: &str = "mutation ($input: RegisterInput!) { register(input: $input) { verificationToken codeLength codeExpiresInSeconds userErrors { code message } } }";
const ACTIVATE: &str = "mutation ($input: ActivateInput!) { activate(input: $input) { user { email status } session { token } userErrors { code message } } }";
const SIGN_IN: &str =
    "mutation ($input: SignInInput!) { signIn(input: $input) { session { expiresAt } userErrors { code message } } }";
const ME: &str = "{ me { id email status activatedAt } }";

/// Runs the flow against a server on free ports, with a temporary database and mailbox.
///
/// # Errors
/// When the server does not start, or a step does not have the expected result.
pub async fn run() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mailer = MailerMock::start(mailer_mock::Config::ephemeral()).await?;
    let config = Settings::from_flags(&[
        "--http-addr=127.0.0.1:0",
        &format!("--database-url=sqlite://{}/demo.sqlite", folder.path().display()),
        &format!("--smtp-url=smtp://{}", mailer.smtp_addr()),
        &format!("--secret-key={}", STANDARD.encode(random::bytes::<32>(&SystemRandom))),
    ])?
    .resolve()?;
    let server = Server::start(config, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
    let demo = Demo {
        address: server.address(),
        mailbox: mailer.mailbox().clone(),
    };
    let outcome = demo.run().await;
    server.stop(std::future::pending).await;
    mailer.shutdown().await;
    outcome
}

struct Demo {
    address: SocketAddr,
    mailbox: Mailbox,
}

impl Demo {
    async fn run(&self) -> Result<(), Box<dyn Error>> {
        let credentials = json!({ "input": { "email": EMAIL, "password": PASSWORD } });
        let registered = self.step("Register", None, REGISTER, &credentials).await?;
        let started = SystemClock.monotonic();
        let email = self
            .mailbox
            .wait_for(EMAIL, None, Duration::from_secs(10))
            .await
            .ok_or("no email arrived")?;
        let code = email.codes.first().ok_or("the email contains no code")?;
        let millis = SystemClock.monotonic().duration_since(started).as_millis();
        print(format_args!(
            "Email, {millis} ms after the answer: \"{}\"\n\n",
            email.subject
        ))?;
        let verification = &registered["register"]["verificationToken"];
        let input = json!({ "input": { "verificationToken": verification, "activationCode": code } });
        let name = "Activate, with the verification token and the code";
        let activated = self.step(name, None, ACTIVATE, &input).await?;
        self.step("Sign in", None, SIGN_IN, &credentials).await?;
        let token = activated["activate"]["session"]["token"].as_str();
        let token = token.ok_or("the activation opened no session")?;
        let name = "See your account, with the session";
        let me = self.step(name, Some(token), ME, &json!({})).await?;
        match me["me"]["status"].as_str() {
            Some("ACTIVE") => Ok(()),
            _ => Err("the user is not active".into()),
        }
    }

    /// Sends one request, and prints it with its answer and the time it took. Returns the data of the answer.
    async fn step(
        &self,
        name: &str,
        token: Option<&str>,
        query: &str,
        variables: &Value,
    ) -> Result<Value, Box<dyn Error>> {
        let mut request = Request::post("/graphql")
            .header("host", self.address.to_string())
            .header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(json!({ "query": query, "variables": variables }).to_string())?;
        let started = SystemClock.monotonic();
        let response = send(self.address, request).await?;
        let millis = SystemClock.monotonic().duration_since(started).as_millis();
        let answer: Value = serde_json::from_slice(response.body())?;
        let data = answer["data"].clone();
        print(format_args!("{name} ({millis} ms)\n  > {query}\n"))?;
        if *variables != json!({}) {
            print(format_args!("  > {}\n", cut_tokens(variables.clone())))?;
        }
        print(format_args!("  < {}\n\n", cut_tokens(answer)))?;
        Ok(data)
    }
}

/// Shortens the tokens in JSON.
fn cut_tokens(mut json: Value) -> Value {
    match &mut json {
        Value::Object(fields) => fields.values_mut().for_each(|value| *value = cut_tokens(value.take())),
        Value::String(text) if text.len() == 43 && !text.contains(' ') => text.replace_range(6.., "…"),
        _ => {}
    }
    json
}
