//! The mailbox page: files that are part of the binary, and the headers that keep mails from doing anything.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Uri};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::error::Refusal;
use super::{App, unknown_route, view_html};

/// The page loads its own files and talks to this server; nothing else, so that nothing in a mail can. Its scripts
/// cannot turn text into HTML, either (Trusted Types).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! file {
    ($name:literal, $kind:expr) => {
        ($name, $kind, include_str!(concat!("../page/", $name)))
    };
}

/// Below `/page/`: the name, the type, the content.
const FILES: [(&str, &str, &str); 13] = [
    file!("api.js", JAVASCRIPT),
    file!("base.css", CSS),
    file!("code.js", JAVASCRIPT),
    file!("icon.svg", SVG),
    file!("list.css", CSS),
    file!("list.js", JAVASCRIPT),
    file!("mail.css", CSS),
    file!("mail.js", JAVASCRIPT),
    file!("main.js", JAVASCRIPT),
    file!("panel.js", JAVASCRIPT),
    file!("read.js", JAVASCRIPT),
    file!("say.js", JAVASCRIPT),
    file!("words.js", JAVASCRIPT),
];

/// The page, made once.
#[derive(Clone)]
pub(crate) struct Index(Arc<str>);

impl Index {
    /// Before the first mail, the page says where to send one.
    pub(crate) fn new(smtp: SocketAddr) -> Self {
        let page = include_str!("../page/index.html")
            .replace("{{SMTP}}", &smtp.to_string())
            .replace("{{HOST}}", &smtp.ip().to_string())
            .replace("{{PORT}}", &smtp.port().to_string());
        Self(page.into())
    }
}

/// The routes of the page, its files, and the mails that it shows in a frame.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/", get(index))
        .route("/page/{name}", get(file))
        .route("/view/{file}", get(view_html::show))
}

async fn index(State(Index(page)): State<Index>) -> Html<String> {
    Html(page.to_string())
}

async fn file(Path(name): Path<String>, uri: Uri) -> Result<Response, Refusal> {
    match FILES.iter().find(|(known, _, _)| *known == name) {
        Some((_, kind, content)) => Ok(([(CONTENT_TYPE, *kind)], *content).into_response()),
        None => Err(unknown_route(uri).await),
    }
}

/// Headers of every answer, also of the JSON: a browser may be pointed at any of them.
pub(super) async fn protect(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let policy = headers.remove(CONTENT_SECURITY_POLICY);
    headers.insert(
        CONTENT_SECURITY_POLICY,
        // A mail in its frame has a policy of its own.
        policy.unwrap_or(HeaderValue::from_static(POLICY)),
    );
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
