//! The parameters of a GraphQL request.

use async_graphql::Variables;
use axum::http::{HeaderMap, header};
use serde_json::Value;

use crate::graphql::Request;

/// A reader of JSON may ignore it (RFC 8259, section 8.1).
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Whether the body is encoded, such as compressed. A client that learns that the server reads no encoding can send it
/// again without one.
pub(super) fn is_encoded(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::CONTENT_ENCODING).iter();
    let mut encodings = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    encodings.any(|encoding| {
        let encoding = encoding.trim_ascii();
        !encoding.is_empty() && !encoding.eq_ignore_ascii_case(b"identity")
    })
}

/// Whether the head of a request declares its body as JSON in UTF-8.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    let utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => is_utf8(value),
        _ => true,
    });
    json && utf8
}

pub(super) fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim().trim_matches('"');
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// Why parameters are not a request.
pub(super) enum InvalidParameters {
    /// What is wrong with them.
    Malformed(String),
    /// They name a document by its hash, as automatic persisted queries do.
    PersistedQuery,
}

impl From<&str> for InvalidParameters {
    fn from(message: &str) -> Self {
        Self::Malformed(message.to_owned())
    }
}

/// The request in a body.
pub(super) fn from_body(body: &[u8]) -> Result<Request, InvalidParameters> {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => return Err("The body is empty. Send JSON with a \"query\".".into()),
        Some(b'[') => return Err("Batches are not supported. Send one request at a time.".into()),
        Some(_) => {}
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(parameters)) => request(parameters),
        Ok(_) => Err("The body is not a JSON object with a \"query\".".into()),
        Err(_) => Err("The body is not JSON.".into()),
    }
}

/// The request in a URL.
pub(super) fn from_url(query: &str) -> Result<Request, InvalidParameters> {
    let mut parameters = serde_json::Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = match &*name {
            "query" | "operationName" => Value::String(value.into_owned()),
            // A form sends an empty field for a value that is missing.
            "variables" | "extensions" if value.is_empty() => Value::Null,
            "variables" | "extensions" => serde_json::from_str(&value)
                .map_err(|_| InvalidParameters::Malformed(format!("The parameter \"{name}\" is not JSON.")))?,
            _ => continue,
        };
        parameters.insert(name.into_owned(), value);
    }
    request(parameters)
}

/// Checks the type of each parameter. Extensions are allowed and ignored.
fn request(mut parameters: serde_json::Map<String, Value>) -> Result<Request, InvalidParameters> {
    let mut take = |name| parameters.remove(name).unwrap_or_default();
    let (query, extensions) = (take("query"), take("extensions"));
    let is_missing = query.is_null() || query.as_str() == Some("");
    if is_missing && extensions.get("persistedQuery").is_some() {
        return Err(InvalidParameters::PersistedQuery);
    }
    let Value::String(query) = query else {
        return Err("The parameter \"query\" is required and must be a string.".into());
    };
    let operation_name = match take("operationName") {
        Value::Null => None,
        Value::String(name) => Some(name).filter(|name| !name.is_empty()),
        _ => return Err("The parameter \"operationName\" must be a string.".into()),
    };
    let variables = take("variables");
    for (name, value) in [("variables", &variables), ("extensions", &extensions)] {
        if !matches!(value, Value::Null | Value::Object(_)) {
            let message = format!("The parameter \"{name}\" must be an object.");
            return Err(InvalidParameters::Malformed(message));
        }
    }
    Ok(Request {
        query,
        operation_name,
        variables: Variables::from_json(variables),
    })
}
