//! The requests of a frontend as bytes, each with its expected answer.

use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tests::PASSWORD;

/// The path for requests, of the API and of axum alone.
pub(crate) const GRAPHQL: &str = "/graphql";

/// A request and its expected answer.
pub(crate) struct Request {
    pub(crate) bytes: Vec<u8>,
    /// How the body starts and ends. Only the server knows what is between.
    starts: String,
    ends: &'static str,
    or_overloaded: bool,
}

impl Request {
    /// Whether the answer is correct. It is compared as text, which costs almost nothing.
    pub(crate) fn is_answered_by(&self, status: u16, body: &[u8]) -> bool {
        let is_expected = body.starts_with(self.starts.as_bytes()) && body.ends_with(self.ends.as_bytes());
        (status == 200 && is_expected) || (status == 503 && self.or_overloaded)
    }
}

/// `me` with a session.
pub(crate) fn me(path: &str, token: &str, body: String) -> Rc<Request> {
    let query = "{ me { id email status createdAt activatedAt } }";
    post(path, Some(format!("Bearer {token}")), query, &json!({}), body, "")
}

/// `register`.
pub(crate) fn register(email: &str) -> Rc<Request> {
    let query = "mutation($input: RegisterInput!) { register(input: $input) { codeLength userErrors { code } } }";
    let variables = json!({ "input": { "email": email, "password": PASSWORD } });
    let body = r#"{"data":{"register":{"codeLength":4,"userErrors":[]}}}"#;
    post(GRAPHQL, None, query, &variables, body.to_owned(), "")
}

/// `signIn`.
pub(crate) fn sign_in(email: &str) -> Rc<Request> {
    let query = "mutation($input: SignInInput!) { signIn(input: $input) { session { token } userErrors { code } } }";
    let variables = json!({ "input": { "email": email, "password": PASSWORD } });
    let starts = r#"{"data":{"signIn":{"session":{"token":""#;
    post(
        GRAPHQL,
        None,
        query,
        &variables,
        starts.to_owned(),
        r#""},"userErrors":[]}}}"#,
    )
}

/// The same, for a server that may be overloaded.
pub(crate) fn sign_in_or_overloaded(email: &str) -> Rc<Request> {
    let mut request = sign_in(email);
    if let Some(request) = Rc::get_mut(&mut request) {
        request.or_overloaded = true;
    }
    request
}

/// `activate` with a verification token.
pub(crate) fn activate(token: &str, code: &str) -> Rc<Request> {
    let query =
        "mutation($input: ActivateInput!) { activate(input: $input) { session { token } userErrors { code } } }";
    let variables = json!({ "input": { "activationCode": code, "verificationToken": token } });
    let starts = r#"{"data":{"activate":{"session":{"token":""#;
    post(
        GRAPHQL,
        None,
        query,
        &variables,
        starts.to_owned(),
        r#""},"userErrors":[]}}}"#,
    )
}

/// `activate` with HTTP Basic.
pub(crate) fn activate_basic(email: &str, code: &str) -> Rc<Request> {
    let query = "mutation($input: ActivateInput!) { activate(input: $input) { user { status } session { token } \
                 userErrors { code } } }";
    let basic = format!("Basic {}", STANDARD.encode(format!("{email}:{PASSWORD}")));
    let starts = r#"{"data":{"activate":{"user":{"status":"ACTIVE"},"session":{"token":""#;
    let variables = json!({ "input": { "activationCode": code } });
    post(
        GRAPHQL,
        Some(basic),
        query,
        &variables,
        starts.to_owned(),
        r#""},"userErrors":[]}}}"#,
    )
}

/// A request with only the headers that GraphQL clients need.
fn post(
    path: &str,
    authorization: Option<String>,
    query: &str,
    variables: &Value,
    starts: String,
    ends: &'static str,
) -> Rc<Request> {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let authorization = authorization
        .map(|value| format!("authorization: {value}\r\n"))
        .unwrap_or_default();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\ncontent-type: application/json\r\n\
         {authorization}content-length: {}\r\n\r\n",
        body.len()
    );
    Rc::new(Request {
        bytes: (head + &body).into_bytes(),
        starts,
        ends,
        or_overloaded: false,
    })
}
