//! GraphiQL at `/`, in a page of our own (`api/graphiql/page`). It needs no network if GraphiQL is embedded in the
//! binary.

mod content_type;
mod page;
mod vendor;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use self::content_type::{CSS, JAVASCRIPT, SVG};
use self::page::Page;
use self::vendor::Source;
use super::probes;

/// For files whose name has their version.
const CACHE_FOREVER: &str = "public, max-age=31536000, immutable";

macro_rules! file {
    ($name:literal, $kind:expr) => {
        ($name, $kind, include_str!(concat!("../../../graphiql/page/", $name)))
    };
}

/// The page's own files below `/graphiql/`: name, content type, content.
const FILES: [(&str, &str, &str); 12] = [
    file!("account.js", JAVASCRIPT),
    file!("code.js", JAVASCRIPT),
    file!("credentials.js", JAVASCRIPT),
    file!("editor.js", JAVASCRIPT),
    file!("icon.svg", SVG),
    file!("mailbox.js", JAVASCRIPT),
    file!("main.js", JAVASCRIPT),
    file!("page.css", CSS),
    file!("panel.css", CSS),
    file!("request.js", JAVASCRIPT),
    file!("storage.js", JAVASCRIPT),
    file!("tabs.js", JAVASCRIPT),
];

/// Whether GraphiQL is embedded in this binary. Otherwise browsers load it from a CDN.
#[must_use]
pub fn is_embedded() -> bool {
    Source::BUILT == Source::Embedded
}

/// The page and the files that it loads.
pub(super) fn routes<S>(mailbox: Option<&str>) -> Router<S> {
    let page = Page::new(Source::BUILT, mailbox);
    Router::new()
        .route("/", get(show))
        .route("/graphiql/{name}", get(file))
        .with_state(Arc::new(page))
}

async fn show(State(page): State<Arc<Page>>) -> Response {
    let policy = [(CONTENT_SECURITY_POLICY, page.policy.clone())];
    (policy, Html(page.html.clone())).into_response()
}

async fn file(Path(name): Path<String>) -> Response {
    if let Some((_, kind, content)) = FILES.iter().find(|(known, _, _)| *known == name) {
        return ([(CONTENT_TYPE, *kind)], *content).into_response();
    }
    let vendor = vendor::FILES.iter().find(|file| file.name == name);
    match vendor.and_then(|file| Some((file.kind, file.content?))) {
        Some((kind, content)) => ([(CONTENT_TYPE, kind), (CACHE_CONTROL, CACHE_FOREVER)], content).into_response(),
        None => probes::not_found().await.into_response(),
    }
}
