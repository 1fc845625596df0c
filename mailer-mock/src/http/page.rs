//! The mailbox page: three files that are part of the binary.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::App;

/// The page loads its own three files and talks to this server; nothing else, so that nothing in a mail can.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page, made once.
#[derive(Clone)]
pub(crate) struct Index(Arc<str>);

impl Index {
    /// Before the first mail, the page says where to send one.
    pub(crate) fn new(smtp: SocketAddr) -> Self {
        let page = include_str!("../page/index.html");
        Self(page.replace("{{SMTP}}", &smtp.to_string()).into())
    }
}

/// The routes of the page and its files.
pub(super) fn files(router: Router<App>) -> Router<App> {
    router
        .route("/", get(index))
        .route("/mailbox.css", get(style))
        .route("/mailbox.js", get(script))
}

pub(super) async fn index(State(Index(page)): State<Index>) -> Html<String> {
    Html(page.to_string())
}

pub(super) async fn style() -> Response {
    let css = [(CONTENT_TYPE, "text/css; charset=utf-8")];
    (css, include_str!("../page/mailbox.css")).into_response()
}

pub(super) async fn script() -> Response {
    let javascript = [(CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (javascript, include_str!("../page/mailbox.js")).into_response()
}

/// Headers of every answer, also of the JSON: a browser may be pointed at any of them.
pub(super) async fn protect(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
