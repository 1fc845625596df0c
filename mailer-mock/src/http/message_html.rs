use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::HeaderName;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};
use regex::Regex;

use super::error::HttpError;
use super::messages::find;
use crate::mailbox::Mailbox;
use crate::mime;

/// The HTML of a message may use inline styles, because emails have no other ones, and embedded images. It cannot run
/// scripts, load remote content or send forms, and its links open new windows. This also holds outside the frame.
const MESSAGE_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
                      style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'self'";

/// The target of a link. In a frame, `_self` shows an error, because the page loads no other page there, and `_top` and
/// `_parent` do nothing.
static TARGET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)(<(?:a|area)\s[^>]*?)\btarget\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)"#).expect("the pattern is valid")
});

/// A link to another place in the message.
static FRAGMENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?i)<a(\s[^>]*?\bhref\s*=\s*["']?#)"#).expect("the pattern is valid"));

/// Makes links open in new windows.
const PREFIX: &str = "<!doctype html><base target=\"_blank\">";

/// `/view/{ID}.html`, as in Mailpit.
pub(super) async fn show(State(mailbox): State<Mailbox>, Path(file): Path<String>) -> Result<Response, HttpError> {
    let id = file
        .strip_suffix(".html")
        .ok_or_else(|| HttpError::not_found("expected the ID of a message, followed by .html"))?;
    let message = find(&mailbox, id)?;
    let headers = [
        (CONTENT_SECURITY_POLICY, MESSAGE_POLICY),
        // A DNS lookup would tell the sender that the message was opened.
        (HeaderName::from_static("x-dns-prefetch-control"), "off"),
    ];
    let html = mime::embed_pictures(&message.html, &message.raw, &message.attachments);
    let html = TARGET.replace_all(&html, "$1");
    let html = FRAGMENT.replace_all(&html, "<a target=_self$1");
    Ok((headers, Html(format!("{PREFIX}{html}"))).into_response())
}
