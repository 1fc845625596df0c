//! A frontend, as far as the server can tell.

use std::net::{IpAddr, SocketAddr};

use reqwest::RequestBuilder;
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};

use crate::Answer;

/// What `register` asks for.
const MAILING: &str = "codeExpiresInSeconds codeLength resendAvailableInSeconds userErrors { ...E }";
/// What is asked of every failure.
const ERROR: &str = "fragment E on UserError { code message field retryAfterSeconds attemptsRemaining suggestions }";
const USER: &str = "id email status createdAt activatedAt";

/// Sends requests to one server, from one address.
#[derive(Clone)]
pub struct Client {
    server: SocketAddr,
    http: reqwest::Client,
    authorization: Option<String>,
}

impl Client {
    /// A client of the server that listens on an address.
    ///
    /// # Panics
    /// When no client can be made.
    #[must_use]
    pub fn new(server: SocketAddr) -> Self {
        Self::from_address(server, None)
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server
    }

    /// The same, sending from an address of this machine, so that the server sees another client network.
    #[must_use]
    pub fn from(&self, address: IpAddr) -> Self {
        Self {
            authorization: self.authorization.clone(),
            ..Self::from_address(self.server, Some(address))
        }
    }

    fn from_address(server: SocketAddr, local: Option<IpAddr>) -> Self {
        let http = reqwest::Client::builder()
            .local_address(local)
            .no_proxy()
            .build()
            .expect("an HTTP client");
        Self {
            server,
            http,
            authorization: None,
        }
    }

    /// The same, with HTTP Basic.
    #[must_use]
    pub fn basic(&self, email: &str, password: &str) -> Self {
        use base64::Engine;
        let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{email}:{password}"));
        self.authorized(&format!("Basic {credentials}"))
    }

    /// The same, with a session token.
    #[must_use]
    pub fn bearer(&self, token: &str) -> Self {
        self.authorized(&format!("Bearer {token}"))
    }

    /// The same, with an `Authorization` header.
    #[must_use]
    pub fn authorized(&self, value: &str) -> Self {
        Self {
            authorization: Some(value.to_owned()),
            ..self.clone()
        }
    }

    /// A request to a path of the server, as GraphQL clients make it.
    pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("http://{}{path}", self.server));
        match &self.authorization {
            Some(value) => request.header(AUTHORIZATION, value),
            None => request,
        }
    }

    /// Sends a document with variables.
    ///
    /// # Panics
    /// When no answer comes, or it is no JSON.
    pub async fn send(&self, query: &str, variables: Value) -> Answer {
        self.try_send(query, variables).await.expect("an answer")
    }

    /// Sends a document with variables, to a server that may be gone.
    ///
    /// # Errors
    /// When no answer comes, or it is no JSON.
    pub async fn try_send(&self, query: &str, variables: Value) -> reqwest::Result<Answer> {
        let body = json!({ "query": query, "variables": variables });
        let request = self.request(reqwest::Method::POST, "/graphql").json(&body);
        let response = request.send().await?;
        Ok(Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.json().await?,
            request: format!("{variables} as {:?}: {query}", self.authorization),
        })
    }

    /// Registers.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn register(&self, email: &str, password: &str) -> Answer {
        self.try_register(email, password).await.expect("an answer")
    }

    /// Registers at a server that may be gone.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn try_register(&self, email: &str, password: &str) -> reqwest::Result<Answer> {
        let query = format!("mutation($input:RegisterInput!){{register(input:$input){{{MAILING}}}}} {ERROR}");
        self.try_send(&query, json!({ "input": { "email": email, "password": password } }))
            .await
    }

    /// Activates, with the HTTP Basic that the client has.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn activate(&self, code: &str) -> Answer {
        self.try_activate(code).await.expect("an answer")
    }

    /// The same, at a server that may be gone.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn try_activate(&self, code: &str) -> reqwest::Result<Answer> {
        let query = format!(
            "mutation($input:ActivateInput!){{activate(input:$input){{user{{{USER}}} session{{id token expiresAt \
             idleTimeoutSeconds user{{{USER}}}}} userErrors{{...E}}}}}} {ERROR}"
        );
        self.try_send(&query, json!({ "input": { "activationCode": code } }))
            .await
    }

    /// Asks for another code, with the HTTP Basic that the client has.
    pub async fn resend(&self) -> Answer {
        self.send(
            &format!("mutation{{resendActivationCode{{{MAILING}}}}} {ERROR}"),
            json!({}),
        )
        .await
    }

    /// Signs in.
    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        let query = format!(
            "mutation($input:SignInInput!){{signIn(input:$input){{session{{id token expiresAt idleTimeoutSeconds \
             user{{{USER}}}}} userErrors{{...E}}}}}} {ERROR}"
        );
        self.send(&query, json!({ "input": { "email": email, "password": password } }))
            .await
    }

    /// Signs out, with the session that the client has.
    pub async fn sign_out(&self) -> Answer {
        self.send("mutation{signOut{userErrors{code}}}", json!({})).await
    }

    /// Asks who the client is.
    pub async fn me(&self) -> Answer {
        self.send(&format!("{{me{{{USER}}}}}"), json!({})).await
    }
}
