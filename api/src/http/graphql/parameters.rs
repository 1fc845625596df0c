//! Reading the parameters of a request.

use async_graphql::Variables;
use axum::http::{HeaderMap, header};
use serde_json::Value;

use crate::graphql::Request;

/// Whether a body is JSON in UTF-8, by what its head says.
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

/// The request in a body.
pub(super) fn from_body(body: &[u8]) -> Result<Request, String> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => return Err("The body is empty: send JSON with a \"query\".".to_owned()),
        Some(b'[') => return Err("Batches are not taken: send one request at a time.".to_owned()),
        Some(_) => {}
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(parameters)) => request(parameters),
        Ok(_) => Err("The body is no JSON object with a \"query\".".to_owned()),
        Err(_) => Err("The body is not JSON.".to_owned()),
    }
}

/// The request in a URL.
pub(super) fn from_url(query: &str) -> Result<Request, String> {
    let mut parameters = serde_json::Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = match &*name {
            "query" | "operationName" => Value::String(value.into_owned()),
            // A form that leaves a field empty means that there is nothing in it.
            "variables" | "extensions" if value.is_empty() => Value::Null,
            "variables" | "extensions" => {
                serde_json::from_str(&value).map_err(|_| format!("The parameter \"{name}\" is not JSON."))?
            }
            _ => continue,
        };
        parameters.insert(name.into_owned(), value);
    }
    request(parameters)
}

/// The parameters of a request, each of its type. Extensions may be sent; this server has no use for any.
fn request(mut parameters: serde_json::Map<String, Value>) -> Result<Request, String> {
    let mut take = |name| parameters.remove(name).unwrap_or_default();
    let Value::String(query) = take("query") else {
        return Err("The parameter \"query\" must be there, and a string.".to_owned());
    };
    let operation_name = match take("operationName") {
        Value::Null => None,
        Value::String(name) => Some(name).filter(|name| !name.is_empty()),
        _ => return Err("The parameter \"operationName\" must be a string.".to_owned()),
    };
    let variables = take("variables");
    for (name, value) in [("variables", &variables), ("extensions", &take("extensions"))] {
        if !matches!(value, Value::Null | Value::Object(_)) {
            return Err(format!("The parameter \"{name}\" must be an object."));
        }
    }
    Ok(Request {
        query,
        operation_name,
        variables: Variables::from_json(variables),
    })
}
