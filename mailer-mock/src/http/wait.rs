use std::time::Duration;

use axum::Json;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::error::HttpError;
use super::message_json;
use crate::mailbox::Mailbox;
use crate::store;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_TIMEOUT: Duration = Duration::from_mins(2);

#[derive(Deserialize, FromRequestParts)]
#[from_request(via(Query), rejection(HttpError))]
#[serde(deny_unknown_fields)]
pub(super) struct WaitQuery {
    to: String,
    after: Option<String>,
    timeout: Option<String>,
}

/// Waits for a message with [`Mailbox::wait_for`]; 408 after the timeout.
pub(super) async fn wait(State(mailbox): State<Mailbox>, query: WaitQuery) -> Result<Response, HttpError> {
    let to = parse_recipient(&query.to)?;
    let after = query.after.as_deref().map(parse_id).transpose()?;
    let timeout = query.timeout.as_deref().map_or(Ok(DEFAULT_TIMEOUT), parse_timeout)?;

    let Some(message) = mailbox.wait_for(&to, after, timeout).await else {
        let timeout = humantime::format_duration(timeout);
        let message = format!("no message to {to} arrived within {timeout}");
        return Err(HttpError::new(StatusCode::REQUEST_TIMEOUT, message));
    };
    Ok(Json(message_json::detail(&message)).into_response())
}

/// In a query, `+` means a space. Only an address in quotes contains a space, so a `+` is meant.
fn parse_recipient(to: &str) -> Result<String, HttpError> {
    if to.starts_with('"') && to.contains('@') {
        Ok(to.to_owned())
    } else if to.contains('@') {
        Ok(to.replace(' ', "+"))
    } else {
        Err(HttpError::bad_request(
            "to: expected an address, such as ada@example.com",
        ))
    }
}

pub(super) fn parse_id(after: &str) -> Result<&str, HttpError> {
    if store::is_id(after) {
        Ok(after)
    } else {
        Err(HttpError::bad_request("after: expected the ID of a message"))
    }
}

fn parse_timeout(timeout: &str) -> Result<Duration, HttpError> {
    match humantime::parse_duration(timeout) {
        Ok(timeout) if timeout <= MAX_TIMEOUT => Ok(timeout),
        _ => Err(HttpError::bad_request(
            "timeout: expected a duration up to 2m, such as 10s or 500ms",
        )),
    }
}
