//! A client that sends what a frontend sends.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::RequestBuilder;
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};

use crate::Answer;

/// What the payloads of mutations that email a code share.
pub(crate) const CODE_EMAIL: &str = "codeExpiresInSeconds codeLength resendAvailableInSeconds userErrors { ...E }";
/// The fields of every user error.
pub(crate) const ERROR: &str =
    "fragment E on UserError { code message field retryAfterSeconds attemptsRemaining suggestions }";
/// Longer than any answer takes: a server that is killed in the middle of a request may leave it without an end.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);
pub(crate) const USER: &str = "id email status createdAt activatedAt";

/// Sends requests to one server.
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
    /// If the HTTP client cannot start.
    #[must_use]
    pub fn new(server: SocketAddr) -> Self {
        Self::from_address(server, None)
    }

    /// The address of the server.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server
    }

    /// The same client at another loopback address, which is another client network for the server.
    #[must_use]
    pub fn at(&self, address: IpAddr) -> Self {
        Self {
            authorization: self.authorization.clone(),
            ..Self::from_address(self.server, Some(address))
        }
    }

    fn from_address(server: SocketAddr, local: Option<IpAddr>) -> Self {
        let http = reqwest::Client::builder()
            .local_address(local)
            .timeout(REQUEST_TIMEOUT)
            .no_proxy()
            .build()
            .expect("an HTTP client");
        Self {
            server,
            http,
            authorization: None,
        }
    }

    /// The same client with HTTP Basic.
    #[must_use]
    pub fn basic(&self, email: &str, password: &str) -> Self {
        use base64::Engine;
        let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{email}:{password}"));
        self.authorized(&format!("Basic {credentials}"))
    }

    /// The same client with a session token.
    #[must_use]
    pub fn bearer(&self, token: &str) -> Self {
        self.authorized(&format!("Bearer {token}"))
    }

    /// The same client with this `Authorization` header.
    #[must_use]
    pub fn authorized(&self, value: &str) -> Self {
        Self {
            authorization: Some(value.to_owned()),
            ..self.clone()
        }
    }

    /// A request to a path of the server.
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
    /// If there is no answer, or it is not JSON.
    pub async fn send(&self, query: &str, variables: Value) -> Answer {
        self.try_send(query, variables).await.expect("the server answers")
    }

    /// Sends a document with variables to a server that may be down.
    ///
    /// # Errors
    /// If there is no answer, or it is not JSON.
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
    /// If there is no answer.
    pub async fn register(&self, email: &str, password: &str) -> Answer {
        self.try_register(email, password).await.expect("the server answers")
    }

    /// Registers at a server that may be down.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn try_register(&self, email: &str, password: &str) -> reqwest::Result<Answer> {
        let query = format!(
            "mutation($input:RegisterInput!){{register(input:$input){{verificationToken {CODE_EMAIL}}}}} {ERROR}"
        );
        self.try_send(&query, json!({ "input": { "email": email, "password": password } }))
            .await
    }

    /// Activates with the credentials of the client.
    ///
    /// # Panics
    /// If there is no answer.
    pub async fn activate(&self, code: &str) -> Answer {
        self.try_activate(code).await.expect("the server answers")
    }

    /// Activates at a server that may be down.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn try_activate(&self, code: &str) -> reqwest::Result<Answer> {
        self.send_activate(json!({ "activationCode": code })).await
    }

    /// Activates with a verification token.
    ///
    /// # Panics
    /// If there is no answer.
    pub async fn activate_with_token(&self, token: &str, code: &str) -> Answer {
        let input = json!({ "activationCode": code, "verificationToken": token });
        self.send_activate(input).await.expect("the server answers")
    }

    async fn send_activate(&self, input: Value) -> reqwest::Result<Answer> {
        let query = format!(
            "mutation($input:ActivateInput!){{activate(input:$input){{user{{{USER}}} session{{id token expiresAt \
             idleTimeoutSeconds user{{{USER}}}}} userErrors{{...E}}}}}} {ERROR}"
        );
        self.try_send(&query, json!({ "input": input })).await
    }

    /// Requests a new code with the credentials of the client.
    pub async fn resend(&self) -> Answer {
        self.send(
            &format!("mutation{{resendActivationCode{{{CODE_EMAIL}}}}} {ERROR}"),
            json!({}),
        )
        .await
    }

    /// Requests a new code with a verification token.
    pub async fn resend_with_token(&self, token: &str) -> Answer {
        let query = format!(
            "mutation($input:ResendActivationCodeInput){{resendActivationCode(input:$input){{{CODE_EMAIL}}}}} {ERROR}"
        );
        self.send(&query, json!({ "input": { "verificationToken": token } }))
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

    /// Signs out with the session of the client.
    pub async fn sign_out(&self) -> Answer {
        self.send("mutation{signOut{userErrors{code}}}", json!({})).await
    }

    /// Queries `me`.
    pub async fn me(&self) -> Answer {
        self.send(&format!("{{me{{{USER}}}}}"), json!({})).await
    }
}
