use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::error::{HttpError, parse_body};
use super::message_json;
use super::range::Range;
use super::request_body::RequestBody;
use super::search::Search;
use crate::mailbox::Mailbox;
use crate::message::Message;
use crate::mime;

#[derive(Deserialize, FromRequestParts)]
#[from_request(via(Query), rejection(HttpError))]
pub(super) struct SearchQuery {
    query: String,
}

impl SearchQuery {
    fn parse(&self) -> Result<Search, HttpError> {
        Search::parse(&self.query).map_err(HttpError::bad_request)
    }
}

pub(super) async fn list(State(mailbox): State<Mailbox>, range: Range) -> Json<Value> {
    Json(message_json::list(&mailbox.messages(), &Search::default(), &range))
}

pub(super) async fn search(
    State(mailbox): State<Mailbox>,
    query: SearchQuery,
    range: Range,
) -> Result<Json<Value>, HttpError> {
    Ok(Json(message_json::list(&mailbox.messages(), &query.parse()?, &range)))
}

/// The messages to delete; all if the list is empty.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeleteRequest {
    #[serde(default, deserialize_with = "null_as_default", rename = "IDs")]
    ids: Vec<String>,
}

/// Go encodes an empty list as `null`.
fn null_as_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(json: D) -> Result<T, D::Error> {
    Option::deserialize(json).map(Option::unwrap_or_default)
}

pub(super) async fn delete(
    State(mailbox): State<Mailbox>,
    RequestBody(body): RequestBody,
) -> Result<&'static str, HttpError> {
    let request = if body.trim_ascii().is_empty() {
        DeleteRequest::default()
    } else {
        parse_body(&body, "no body, or {\"IDs\": [\"…\"]}")?
    };
    mailbox.delete_if(|message| request.ids.is_empty() || request.ids.contains(&message.id));
    Ok("ok")
}

/// Deletes what a search finds. An empty query would delete everything.
pub(super) async fn delete_found(
    State(mailbox): State<Mailbox>,
    query: SearchQuery,
) -> Result<&'static str, HttpError> {
    let search = query.parse()?;
    if search.is_empty() {
        return Err(HttpError::bad_request("query: expected at least one word"));
    }
    mailbox.delete_if(|message| search.matches(message));
    Ok("ok")
}

/// The messages to mark, all if both lists are empty, and how.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkRequest {
    #[serde(default, deserialize_with = "null_as_default", rename = "IDs")]
    ids: Vec<String>,
    #[serde(default, deserialize_with = "null_as_default", rename = "Search")]
    search: String,
    #[serde(default, rename = "Read")]
    read: bool,
}

pub(super) async fn mark(
    State(mailbox): State<Mailbox>,
    RequestBody(body): RequestBody,
) -> Result<&'static str, HttpError> {
    let request: MarkRequest = parse_body(&body, "{\"Read\": true, \"IDs\": [\"…\"]}")?;
    let search = Search::parse(&request.search).map_err(HttpError::bad_request)?;
    let is_named = |message: &Message| request.ids.is_empty() || request.ids.contains(&message.id);
    mailbox.mark(|message| is_named(message) && search.matches(message), request.read);
    Ok("ok")
}

pub(super) async fn one(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Result<Json<Value>, HttpError> {
    let message = find(&mailbox, &id)?;
    Ok(Json(message_json::detail(&message)))
}

/// As plain text, so that a browser runs no script in it.
pub(super) async fn raw(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Result<Response, HttpError> {
    let message = find(&mailbox, &id)?;
    let plain = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((plain, message.raw.clone()).into_response())
}

#[derive(Deserialize, FromRequestParts)]
#[from_request(via(Query), rejection(HttpError))]
pub(super) struct HeadersQuery {
    #[serde(default)]
    decoded: bool,
}

/// The values of each header, in order, unfolded, and decoded on request (RFC 2047).
pub(super) async fn headers(
    State(mailbox): State<Mailbox>,
    Path(id): Path<String>,
    query: HeadersQuery,
) -> Result<Response, HttpError> {
    let message = find(&mailbox, &id)?;
    let (header, _) = mime::split(&message.raw);
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in mime::fields(header) {
        let value = if query.decoded { mime::decode(&value) } else { value };
        headers.entry(name).or_default().push(value);
    }
    Ok(Json(headers).into_response())
}

pub(super) fn find(mailbox: &Mailbox, id: &str) -> Result<Arc<Message>, HttpError> {
    if id == "latest" {
        let newest = mailbox.messages().into_iter().next();
        return newest.ok_or_else(|| HttpError::not_found("the mailbox is empty"));
    }
    let message = mailbox.message(id);
    message.ok_or_else(|| HttpError::not_found(format!("there is no message with the ID {id}")))
}
