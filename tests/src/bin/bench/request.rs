//! The requests of a frontend, as bytes, each with the answer that it must have.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::http::Answer;

/// Where the API, and each ceiling in its place, takes requests.
pub(crate) const GRAPHQL: &str = "/graphql";

/// A request, and what must come back.
pub(crate) struct Request {
    pub(crate) bytes: Vec<u8>,
    pub(crate) expected: Expected,
}

/// The one right answer. It is compared as text, which costs the client next to nothing.
pub(crate) enum Expected {
    /// This body.
    Body(String),
    /// A body around something that only the server knows.
    Around(&'static str, &'static str),
    /// This, or that the server is overloaded and says so.
    OrOverloaded(Box<Self>),
}

impl Request {
    /// The same, where being overloaded is no wrong answer either.
    pub(crate) fn or_overloaded(self) -> Self {
        Self {
            expected: Expected::OrOverloaded(Box::new(self.expected)),
            ..self
        }
    }

    /// Whether the answer is the right one.
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

/// `me` with a session. The body is what the server must know of the user.
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

/// The headers are those that a GraphQL client cannot do without.
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
