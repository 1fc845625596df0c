use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::error::Refusal;
use super::view::{Detail, List, default_limit};
use crate::{Mailbox, Message, mime};

/// Which part of a list is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    #[serde(default)]
    start: usize,
    #[serde(default = "default_limit")]
    limit: usize,
}

pub(super) async fn list(
    State(mailbox): State<Mailbox>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(Page { start, limit }) = page?;
    let messages = mailbox.messages();
    Ok(Json(List::new(messages.len(), &messages, start, limit)).into_response())
}

/// The mails to delete; all of them, when none is named.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unwanted {
    #[serde(default, rename = "IDs")]
    ids: Vec<String>,
}

/// Any content type is taken, as for faults.
pub(super) async fn delete(
    State(mailbox): State<Mailbox>,
    body: Result<Bytes, BytesRejection>,
) -> Result<&'static str, Refusal> {
    let body = body?;
    let unwanted = if body.trim_ascii().is_empty() {
        Unwanted::default()
    } else {
        serde_json::from_slice(&body)
            .map_err(|error| Refusal::bad_request(format!("expected no body, or {{\"IDs\": [\"…\"]}}: {error}")))?
    };
    if unwanted.ids.is_empty() {
        mailbox.clear();
    } else {
        mailbox.delete(&unwanted.ids);
    }
    Ok("ok")
}

pub(super) async fn one(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Result<Response, Refusal> {
    let message = find(&mailbox, &id)?;
    Ok(Json(Detail::of(&message)).into_response())
}

/// As text, so that no browser runs what is in it.
pub(super) async fn raw(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Result<Response, Refusal> {
    let message = find(&mailbox, &id)?;
    let plain = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((plain, message.raw.clone()).into_response())
}

/// Each header's values, in their order, as they were sent but on one line.
pub(super) async fn headers(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Result<Response, Refusal> {
    let message = find(&mailbox, &id)?;
    let (head, _) = mime::split(&message.raw);
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in mime::fields(head) {
        headers.entry(name).or_default().push(value);
    }
    Ok(Json(headers).into_response())
}

pub(super) fn find(mailbox: &Mailbox, id: &str) -> Result<Arc<Message>, Refusal> {
    let message = match id {
        "latest" => mailbox.messages().into_iter().next(),
        id => mailbox.message(id),
    };
    message.ok_or_else(|| match id {
        "latest" => Refusal::not_found("the mailbox is empty"),
        id => Refusal::not_found(format!("there is no mail with the ID {id}")),
    })
}
