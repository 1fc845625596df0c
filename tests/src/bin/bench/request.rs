//! The requests of a frontend as bytes, each with its expected answer.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::http::Answer;

/// The path for requests, of the API and of the ceilings.
pub(crate) const GRAPHQL: &str = "/graphql";

/// A request and its expected answer.
pub(crate) struct Request {
    pub(crate) bytes: Vec<u8>,
    pub(crate) expected: Expected,
}

/// The expected answer. It is compared as text, which costs almost nothing.
pub(crate) enum Expected {
    /// This body.
    Body(String),
    /// A body that starts and ends like this; only the server knows the middle.
    Around(&'static str, &'static str),
    /// This answer, or 503 because the server is overloaded.
    OrOverloaded(Box<Self>),
}

impl Request {
    /// The same request, for which 503 is a correct answer too.
    pub(crate) fn or_overloaded(self) -> Self {
        Self {
            expected: Expected::OrOverloaded(Box::new(self.expected)),
            ..self
        }
    }

    /// Whether the answer is correct.
    pub(crate) fn is_answered_by(&self, answer: &Answer<'_>) -> bool {
        self.expected.is(answer)
    }
}

impl Expected {
    fn is(&self, answer: &Answer<'_>) -> bool {
        let Answer { status, body } = answer;
        match self {
            Self::Body(expected) => *status == 200 && *body == expected.as_bytes(),
            Self::Around(before, after) => {
                *status == 200 && body.starts_with(before.as_bytes()) && body.ends_with(after.as_bytes())
            }
            Self::OrOverloaded(expected) => *status == 503 || expected.is(answer),
        }
    }
}

/// `me` with a session. The body is the expected answer.
pub(crate) fn me(path: &str, token: &str, body: String) -> Request {
    Request {
        bytes: post(
            path,
            Some(&format!("Bearer {token}")),
            "{ me { id email status createdAt activatedAt } }",
            &json!({}),
        ),
        expected: Expected::Body(body),
    }
}

/// `register`.
pub(crate) fn register(email: &str, password: &str) -> Request {
    let query = "mutation($input: RegisterInput!) { register(input: $input) { codeLength userErrors { code } } }";
    let expected = Expected::Body(r#"{"data":{"register":{"codeLength":4,"userErrors":[]}}}"#.to_owned());
    with_password(query, email, password, expected)
}

/// `signIn`.
pub(crate) fn sign_in(email: &str, password: &str) -> Request {
    let query = "mutation($input: SignInInput!) { signIn(input: $input) { session { token } userErrors { code } } }";
    let expected = Expected::Around(r#"{"data":{"signIn":{"session":{"token":""#, r#""},"userErrors":[]}}}"#);
    with_password(query, email, password, expected)
}

fn with_password(query: &str, email: &str, password: &str, expected: Expected) -> Request {
    let variables = input(&[("email", email), ("password", password)]);
    Request {
        bytes: post(GRAPHQL, None, query, &variables),
        expected,
    }
}

/// `activate`, with HTTP Basic.
pub(crate) fn activate(email: &str, password: &str, code: &str) -> Request {
    let query = "mutation($input: ActivateInput!) { activate(input: $input) { user { status } session { token } \
                 userErrors { code } } }";
    let basic = format!("Basic {}", STANDARD.encode(format!("{email}:{password}")));
    Request {
        bytes: post(GRAPHQL, Some(&basic), query, &input(&[("activationCode", code)])),
        expected: Expected::Around(
            r#"{"data":{"activate":{"user":{"status":"ACTIVE"},"session":{"token":""#,
            r#""},"userErrors":[]}}}"#,
        ),
    }
}

fn input(fields: &[(&str, &str)]) -> Value {
    let fields = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    json!({ "input": fields.collect::<serde_json::Map<_, _>>() })
}

/// A request with only the headers that GraphQL clients need.
fn post(path: &str, authorization: Option<&str>, query: &str, variables: &Value) -> Vec<u8> {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let authorization = authorization
        .map(|value| format!("authorization: {value}\r\n"))
        .unwrap_or_default();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\ncontent-type: application/json\r\n\
         {authorization}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
