use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;

use super::error::HttpError;
use super::message_json::{self, default_limit};
use super::request_body::RequestBody;
use crate::mailbox::Mailbox;
use crate::message::Message;
use crate::mime;

#[derive(Deserialize, FromRequestParts)]
#[from_request(via(Query), rejection(HttpError))]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    #[serde(default)]
    start: usize,
    #[serde(default = "default_limit")]
    limit: usize,
}

pub(super) async fn list(State(mailbox): State<Mailbox>, page: ListQuery) -> Json<Value> {
    let messages = mailbox.messages();
    Json(message_json::list(messages.len(), &messages, page.start, page.limit))
}

/// The messages to delete; all if the list is empty.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeleteRequest {
    #[serde(default, rename = "IDs")]
    ids: Vec<String>,
}

/// Accepts any content type, because `curl -d` does not set JSON.
pub(super) async fn delete(
    State(mailbox): State<Mailbox>,
    RequestBody(body): RequestBody,
) -> Result<&'static str, HttpError> {
    let request = if body.trim_ascii().is_empty() {
        DeleteRequest::default()
    } else {
        serde_json::from_slice(&body)
            .map_err(|error| HttpError::bad_request(format!("expected no body, or {{\"IDs\": [\"…\"]}}: {error}")))?
    };
    if request.ids.is_empty() {
        mailbox.clear();
    } else {
        mailbox.delete(&request.ids);
    }
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

/// The values of each header, in order, unfolded but not decoded.
pub(super) async fn headers(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Result<Response, HttpError> {
    let message = find(&mailbox, &id)?;
    let (header, _) = mime::split(&message.raw);
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in mime::fields(header) {
        headers.entry(name).or_default().push(value);
    }
    Ok(Json(headers).into_response())
}

pub(super) fn find(mailbox: &Mailbox, id: &str) -> Result<Arc<Message>, HttpError> {
    let message = match id {
        "latest" => mailbox.messages().into_iter().next(),
        id => mailbox.message(id),
    };
    message.ok_or_else(|| match id {
        "latest" => HttpError::not_found("the mailbox is empty"),
        id => HttpError::not_found(format!("there is no message with the ID {id}")),
    })
}
