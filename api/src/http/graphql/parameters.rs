//! The parameters of a GraphQL request.

use async_graphql::Variables;
use axum::http::{HeaderMap, header};
use serde_json::Value;

use crate::graphql::Request;

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
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    json && utf8
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
    if query.is_null() && extensions.get("persistedQuery").is_some() {
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
