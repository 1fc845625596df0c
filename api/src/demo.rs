//! `api demo`: the whole flow against a server of its own, printed with times.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::Full;
use hyper::Request;
use serde_json::{Value, json};

use crate::account::Policy;
use crate::clock::{Clock, SystemClock};
use crate::hashing::HashingConfig;
use crate::healthcheck::send;
use crate::http::{Origins, TrustedProxies};
use crate::random::{self, SystemRandom};
use crate::server::Server;
use crate::settings::{Config, Mail};

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery staple";

/// Starts a server with a database and a mailbox that are gone afterwards, and goes through the flow.
///
/// # Errors
/// What did not go as it should.
pub async fn run() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let config = Config {
        database_url: format!("sqlite://{}", folder.path().join("demo.sqlite").display()).into(),
        mail: Mail::Embedded {
            smtp: Some(any),
            http: Some(any),
        },
        mail_from: "Registration <no-reply@localhost>".to_owned(),
        secret_key: random::bytes::<32>(&SystemRandom).to_vec().into(),
        http: any,
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
    let shown = Transcript {
        address: server.address(),
    }
    .play(&server)
    .await;
    server.stop().await;
    shown
}

struct Transcript {
    address: SocketAddr,
}

impl Transcript {
    async fn play(&self, server: &Server) -> Result<(), String> {
        let mailbox = server
            .mailer_mock()
            .map(|mock| mock.mailbox().clone())
            .ok_or("no mailbox")?;
        self.step(
            "Register",
            None,
            "mutation ($input: RegisterInput!) { register(input: $input) { codeLength codeExpiresInSeconds userErrors { code message } } }",
            json!({ "input": { "email": EMAIL, "password": PASSWORD } }),
        )
        .await?;
        let started = SystemClock.now();
        let mail = mailbox
            .wait_for(EMAIL, None, Duration::from_secs(10))
            .await
            .ok_or("the mail did not come")?;
        let code = mail.codes.first().ok_or("the mail has no code")?;
        let millis = SystemClock.now().since(started).as_millis();
        println!("Mail, {millis} ms after the answer: \"{}\"\n", mail.subject);
        let basic = format!("Basic {}", STANDARD.encode(format!("{EMAIL}:{PASSWORD}")));
        let activated = self
            .step(
                "Activate, with HTTP Basic and the code",
                Some(&basic),
                "mutation ($input: ActivateInput!) { activate(input: $input) { user { email status } session { token } userErrors { code message } } }",
                json!({ "input": { "activationCode": code } }),
            )
            .await?;
        let token = activated["data"]["activate"]["session"]["token"]
            .as_str()
            .ok_or("the activation gave no session")?;
        self.step(
            "Sign in",
            None,
            "mutation ($input: SignInInput!) { signIn(input: $input) { session { expiresAt } userErrors { code message } } }",
            json!({ "input": { "email": EMAIL, "password": PASSWORD } }),
        )
        .await?;
        let seen = self
            .step(
                "Who am I, with the session",
                Some(&format!("Bearer {token}")),
                "{ me { id email status activatedAt } }",
                json!({}),
            )
            .await?;
        if seen["data"]["me"]["status"] == "ACTIVE" {
            Ok(())
        } else {
            Err("the user is not active".to_owned())
        }
    }

    /// Sends one request, and prints it with its answer and the time it took. Tokens are cut.
    async fn step(
        &self,
        name: &str,
        authorization: Option<&str>,
        query: &str,
        variables: Value,
    ) -> Result<Value, String> {
        let mut request = Request::post("/graphql")
            .header("host", self.address.to_string())
            .header("content-type", "application/json");
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = request
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| error.to_string())?;
        let started = SystemClock.now();
        let response = send(self.address, request).await?;
        let millis = SystemClock.now().since(started).as_millis();
        let answer: Value = serde_json::from_slice(response.body()).map_err(|error| error.to_string())?;
        println!("{name} ({millis} ms)\n  > {query}");
        if variables != json!({}) {
            println!("  > {variables}");
        }
        println!("  < {}\n", cut_token(&String::from_utf8_lossy(response.body())));
        Ok(answer)
    }
}

/// Shows of a token that it is there, and no more.
fn cut_token(answer: &str) -> String {
    const TOKEN: &str = "\"token\":\"";
    let Some((before, rest)) = answer.split_once(TOKEN) else {
        return answer.to_owned();
    };
    let (token, after) = rest.split_once('"').unwrap_or((rest, ""));
    format!("{before}{TOKEN}{}…\"{after}", token.get(..6).unwrap_or_default())
}
