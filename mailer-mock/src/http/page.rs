//! The mailbox page: its files, which are part of the binary, and the security headers.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{Html, IntoResponse, Response};

use super::error::HttpError;

/// The page may only load its own files and connect to this server, and its scripts cannot convert text to HTML
/// (Trusted Types). So a message can do neither.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

macro_rules! files {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../page/", $name)))),*]
    };
}

/// Name and content of the files in `/page/`.
const FILES: &[(&str, &str)] = files! {
    "api.js" "base.css" "clock.js" "code_card.js" "delete_all.js" "elements.js" "first_steps.js" "format.js"
    "html_view.js" "icon.svg" "keys.js" "links.js" "list.css" "list.js" "mail.css" "mail.js" "mail_tabs.js" "main.js"
    "panel.css" "text_views.js"
};

/// The page, rendered at start.
#[derive(Clone)]
pub(crate) struct IndexPage(Arc<str>);

impl IndexPage {
    /// While the mailbox is empty, the page shows the address of the SMTP server. No client can connect to `0.0.0.0`: a
    /// script replaces `localhost` with the host name in the URL of the page.
    pub(crate) fn new(smtp: SocketAddr) -> Self {
        let port = smtp.port();
        let (host, address, all_interfaces) = match smtp.ip() {
            ip if ip.is_unspecified() => (
                "localhost".to_owned(),
                format!("localhost:{port}"),
                "data-all-interfaces",
            ),
            ip => (ip.to_string(), smtp.to_string(), ""),
        };
        let page = include_str!("../page/index.html")
            .replace("{{ALL_INTERFACES}}", all_interfaces)
            .replace("{{SMTP}}", &address)
            .replace("{{HOST}}", &host)
            .replace("{{PORT}}", &port.to_string());
        Self(page.into())
    }
}

pub(super) async fn index(State(IndexPage(page)): State<IndexPage>) -> Html<String> {
    Html(page.to_string())
}

pub(super) async fn file(Path(name): Path<String>) -> Result<Response, HttpError> {
    let file = FILES.iter().find(|(known, _)| *known == name);
    let (name, content) = file.ok_or_else(|| HttpError::not_found(format!("there is no file {name}")))?;
    let content_type = match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "text/javascript; charset=utf-8",
    };
    Ok(([(CONTENT_TYPE, content_type)], *content).into_response())
}

/// Sets the headers of every response, including JSON, which a browser may open too.
pub(super) async fn set_security_headers(mut response: Response) -> Response {
    // The HTML of a message has its own policy.
    let policy = response.headers_mut().entry(CONTENT_SECURITY_POLICY);
    policy.or_insert(HeaderValue::from_static(PAGE_POLICY));
    let others = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
    ];
    (others, response).into_response()
}
