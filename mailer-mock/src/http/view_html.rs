use axum::extract::{Path, State};
use axum::http::HeaderName;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};

use super::error::Refusal;
use super::messages::find;
use crate::Mailbox;

/// What a mail may do in its frame, and also when somebody opens its address: have inline styles, because mails have no
/// others, and images that it carries itself. It runs no script, loads nothing from elsewhere, sends no form, and its
/// links open windows of their own.
const POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
                      style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'self'";

/// Before the mail: where its links open.
const PREFIX: &str = "<!doctype html><base target=\"_blank\">";

/// `/view/{ID}.html`, as Mailpit has it: the HTML of a mail, to be shown.
pub(super) async fn show(State(mailbox): State<Mailbox>, Path(file): Path<String>) -> Result<Response, Refusal> {
    let id = file
        .strip_suffix(".html")
        .ok_or_else(|| Refusal::not_found("expected the ID of a mail, and .html"))?;
    let message = find(&mailbox, id)?;
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY),
        // To look up the names that a mail mentions would tell that it is read.
        (HeaderName::from_static("x-dns-prefetch-control"), "off"),
    ];
    Ok((headers, Html(format!("{PREFIX}{}", message.html))).into_response())
}
