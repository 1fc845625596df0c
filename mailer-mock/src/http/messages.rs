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

/// Mailpit deletes single mails when the body names them. That is not offered here, and emptying the mailbox instead
/// would be worse than refusing.
pub(super) async fn clear(
    State(mailbox): State<Mailbox>,
    body: Result<Bytes, BytesRejection>,
) -> Result<&'static str, Refusal> {
    if !matches!(body?.trim_ascii(), b"" | b"{}") {
        return Err(Refusal::bad_request(
            "send no body: it empties the mailbox, and cannot delete single mails",
        ));
    }
    mailbox.clear();
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

fn find(mailbox: &Mailbox, id: &str) -> Result<Arc<Message>, Refusal> {
    let message = match id {
        "latest" => mailbox.messages().into_iter().next(),
        id => mailbox.message(id),
    };
    message.ok_or_else(|| match id {
        "latest" => Refusal::not_found("the mailbox is empty"),
        id => Refusal::not_found(format!("there is no mail with the ID {id}")),
    })
}
