use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::error::Refusal;
use super::view::Detail;
use crate::{Mailbox, ring};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_TIMEOUT: Duration = Duration::from_mins(2);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wait {
    to: String,
    after: Option<String>,
    timeout: Option<String>,
}

/// Answers the mail that [`Mailbox::wait_for`] finds, or 408 when none came in time.
pub(super) async fn wait(
    State(mailbox): State<Mailbox>,
    wait: Result<Query<Wait>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(wait) = wait?;
    let to = recipient(&wait.to)?;
    let after = wait.after.as_deref().map(position).transpose()?;
    let timeout = wait.timeout.as_deref().map_or(Ok(DEFAULT_TIMEOUT), duration)?;

    let Some(message) = mailbox.wait_for(&to, after, timeout).await else {
        let timeout = humantime::format_duration(timeout);
        return Err(Refusal::timed_out(format!("no mail to {to} came within {timeout}")));
    };
    Ok(Json(Detail::of(&message)).into_response())
}

/// In a query, `+` means a space. No address has one, so `a+tag@example.com` was meant as it stands.
fn recipient(to: &str) -> Result<String, Refusal> {
    if to.contains('@') {
        Ok(to.replace(' ', "+"))
    } else {
        Err(Refusal::bad_request("to: expected an address, such as ada@example.com"))
    }
}

pub(super) fn position(after: &str) -> Result<&str, Refusal> {
    if ring::is_id(after) {
        Ok(after)
    } else {
        Err(Refusal::bad_request(
            "after: expected the ID of a mail, as other answers give it",
        ))
    }
}

fn duration(timeout: &str) -> Result<Duration, Refusal> {
    humantime::parse_duration(timeout)
        .ok()
        .filter(|timeout| *timeout <= MAX_TIMEOUT)
        .ok_or_else(|| {
            let max = humantime::format_duration(MAX_TIMEOUT);
            Refusal::bad_request(format!(
                "timeout: expected a duration up to {max}, such as 10s or 500ms"
            ))
        })
}
