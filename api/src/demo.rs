//! `api demo` runs the whole flow against a server of its own and prints it with times.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::http::Request;
use http_server::client::send;
use mailer_mock::{Mailbox, MailerMock};
use serde_json::{Value, json};

use crate::clock::{Clock, SystemClock};
use crate::credentials::HashingConfig;
use crate::http::{Origins, TrustedProxies};
use crate::policy::Policy;
use crate::random::{self, SystemRandom};
use crate::server::Server;
use crate::settings::Config;

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery staple";

/// Runs the flow against a server on free ports, with a temporary database and mailbox.
///
/// # Errors
/// When the server does not start, or a step does not have the expected result.
pub async fn run() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mailer = MailerMock::start(mailer_mock::Config::ephemeral()).await?;
    let config = Config {
        database_url: format!("sqlite://{}", folder.path().join("demo.sqlite").display()).into(),
        smtp_url: format!("smtp://{}", mailer.smtp_addr()).into(),
        mail_from: "Registration <no-reply@localhost>".to_owned(),
        activation_url: None,
        secret_key: random::bytes::<32>(&SystemRandom).to_vec().into(),
        http: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        metrics: None,
        data: None,
        policy: Policy::default(),
        hashing: HashingConfig::default(),
        client_limit_per_minute: 0,
        trusted_proxies: TrustedProxies::default(),
        origins: Origins::Localhost,
        graphiql: false,
        mailbox_url: None,
        introspection: true,
    };
    let server = Server::start(config, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
    let demo = Demo {
        address: server.address(),
        mailbox: mailer.mailbox().clone(),
    };
    let outcome = demo.run().await;
    server.stop().await;
    mailer.shutdown().await;
    outcome
}

struct Demo {
    address: SocketAddr,
    mailbox: Mailbox,
}

impl Demo {
    async fn run(&self) -> Result<(), Box<dyn Error>> {
        let registered = self.step(
            "Register",
            None,
            "mutation ($input: RegisterInput!) { register(input: $input) { verificationToken codeLength codeExpiresInSeconds userErrors { code message } } }",
            json!({ "input": { "email": EMAIL, "password": PASSWORD } }),
        )
        .await?;
        let verification = &registered["data"]["register"]["verificationToken"];
        let started = SystemClock.now();
        let email = self
            .mailbox
            .wait_for(EMAIL, None, Duration::from_secs(10))
            .await
            .ok_or("no email arrived")?;
        let code = email.codes.first().ok_or("the email contains no code")?;
        let millis = SystemClock.now().since(started).as_millis();
        println!("Email, {millis} ms after the answer: \"{}\"\n", email.subject);
        let activated = self
            .step(
                "Activate, with the verification token and the code",
                None,
                "mutation ($input: ActivateInput!) { activate(input: $input) { user { email status } session { token } userErrors { code message } } }",
                json!({ "input": { "verificationToken": verification, "activationCode": code } }),
            )
            .await?;
        let token = activated["data"]["activate"]["session"]["token"]
            .as_str()
            .ok_or("the activation opened no session")?;
        self.step(
            "Sign in",
            None,
            "mutation ($input: SignInInput!) { signIn(input: $input) { session { expiresAt } userErrors { code message } } }",
            json!({ "input": { "email": EMAIL, "password": PASSWORD } }),
        )
        .await?;
        let me = self
            .step(
                "Who am I, with the session",
                Some(&format!("Bearer {token}")),
                "{ me { id email status activatedAt } }",
                json!({}),
            )
            .await?;
        if me["data"]["me"]["status"] == "ACTIVE" {
            Ok(())
        } else {
            Err("the user is not active".into())
        }
    }

    /// Sends one request, and prints it with its answer and the time it took.
    async fn step(
        &self,
        name: &str,
        authorization: Option<&str>,
        query: &str,
        variables: Value,
    ) -> Result<Value, Box<dyn Error>> {
        let mut request = Request::post("/graphql")
            .header("host", self.address.to_string())
            .header("content-type", "application/json");
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = request.body(body)?;
        let started = SystemClock.now();
        let response = send(self.address, request).await?;
        let millis = SystemClock.now().since(started).as_millis();
        let answer: Value = serde_json::from_slice(response.body())?;
        println!("{name} ({millis} ms)\n  > {query}");
        if variables != json!({}) {
            println!("  > {}", cut_tokens(&variables));
        }
        println!("  < {}\n", cut_tokens(&answer));
        Ok(answer)
    }
}

/// JSON text in which tokens are shortened.
fn cut_tokens(json: &Value) -> String {
    let is_token = |text: &str| text.len() == 43 && !text.contains(' ');
    match json {
        Value::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| format!("\"{name}\":{}", cut_tokens(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::String(text) if is_token(text) => format!("\"{}…\"", &text[..6]),
        other => other.to_string(),
    }
}
