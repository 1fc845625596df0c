//! `/dev/mails` shows a developer what emails look like: each kind in each language, with sample values.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use minijinja::value::Value;
use minijinja::{Environment, context};
use serde::Deserialize;
use url::Url;

use super::probes;
use crate::locale::Locale;
use crate::mail::{Kind, Templates, Words};

/// Where the page is.
pub(crate) const PATH: &str = "/dev/mails";

const PAGE: &str = include_str!("page.html");
const CSS: &str = include_str!("page.css");

/// The page loads its style and the emails.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; frame-ancestors 'none'; \
    base-uri 'none'; form-action 'none'";

/// An email runs nothing. Its style is inline, as mail clients need it, and its pictures may be on a web server.
const EMAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; frame-ancestors 'self'; \
    base-uri 'none'; form-action 'none'; sandbox";

/// The emails to show. Clones share them.
#[derive(Clone)]
pub struct MailPreviews(Arc<Previews>);

struct Previews {
    templates: Arc<Templates>,
    activation_url: Option<Url>,
}

#[derive(Deserialize)]
struct Choice {
    locale: Option<String>,
}

impl MailPreviews {
    /// Previews of emails with these templates, and with a button if there is a page for it.
    #[must_use]
    pub fn new(templates: Arc<Templates>, activation_url: Option<Url>) -> Self {
        Self(Arc::new(Previews {
            templates,
            activation_url,
        }))
    }

    pub(super) fn routes<S>(self) -> Router<S> {
        Router::new()
            .route(PATH, get(page))
            .route(&format!("{PATH}/page.css"), get(css))
            .route(&format!("{PATH}/{{file}}"), get(email))
            .with_state(self)
    }

    fn sample(&self, kind: Kind, locale: Locale) -> Result<Words, String> {
        let Previews {
            templates,
            activation_url,
        } = &*self.0;
        templates.sample(kind, Some(locale), activation_url.as_ref())
    }

    fn render(&self, chosen: Locale) -> Result<String, String> {
        let emails = Kind::all().iter().map(|kind| {
            let words = self.sample(*kind, chosen)?;
            Ok(context! { kind => kind.name(), subject => words.subject, text => words.text })
        });
        let emails = emails.collect::<Result<Vec<Value>, String>>()?;
        let locales = Locale::ALL.map(Locale::tag).to_vec();
        let values = context! { locales, chosen => chosen.tag(), emails };
        let mut environment = Environment::new();
        environment.set_debug(false);
        let page = environment.render_named_str("page.html", PAGE, values);
        page.map_err(|error| error.to_string())
    }
}

async fn page(previews: State<MailPreviews>, choice: Query<Choice>) -> Response {
    let chosen = choice.locale.as_deref().and_then(Locale::matching);
    match previews.render(chosen.unwrap_or_default()) {
        Ok(page) => ([(CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(page)).into_response(),
        Err(error) => failed(error),
    }
}

async fn css() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], CSS).into_response()
}

/// The HTML of `KIND.LANGUAGE.html`.
async fn email(previews: State<MailPreviews>, Path(file): Path<String>) -> Response {
    let Some((kind, locale)) = named(&file) else {
        return probes::not_found().await.into_response();
    };
    match previews.sample(kind, locale) {
        Ok(words) => {
            let headers = [(CONTENT_SECURITY_POLICY, EMAIL_POLICY), (X_FRAME_OPTIONS, "SAMEORIGIN")];
            (headers, Html(words.html)).into_response()
        }
        Err(error) => failed(error),
    }
}

fn named(file: &str) -> Option<(Kind, Locale)> {
    let (kind, locale) = file.strip_suffix(".html")?.split_once('.')?;
    let kind = Kind::all().iter().find(|known| known.name() == kind)?;
    let locale = Locale::ALL.into_iter().find(|known| known.tag() == locale)?;
    Some((*kind, locale))
}

/// The page is for the developer who wrote the template.
fn failed(error: String) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, error).into_response()
}
