//! What the templates can use.

use entity::Timestamp;
use minijinja::context;
use minijinja::value::Value;
use url::Url;

use super::lifetime::in_words;
use crate::locale::Locale;

/// The product that the emails are about.
#[derive(Clone, Debug, Default)]
pub struct Product {
    /// Its name: `APP_NAME`. It has no line break, because subjects contain it.
    pub name: Option<String>,
    /// Its home page: `APP_URL`.
    pub url: Option<Url>,
}

/// The code that an email carries.
#[derive(Clone, Copy)]
pub(crate) struct MailedCode<'a> {
    /// Its digits.
    pub digits: &'a str,
    /// When it expires.
    pub expires_at: Timestamp,
    /// When the email is written.
    pub now: Timestamp,
    /// Opens a page with the code filled in.
    pub link: Option<&'a str>,
}

/// The values of an email, with URLs as `url` writes them.
pub(super) fn values(
    layout: &str,
    locale: Locale,
    product: &Product,
    code: Option<MailedCode<'_>>,
    url: fn(&str) -> Value,
) -> Value {
    let product = context! {
        name => product.name.as_deref(),
        url => product.url.as_ref().map(|page| url(page.as_str())),
    };
    let base = context! { layout, locale => locale.tag(), product };
    let Some(code) = code else {
        return base;
    };
    context! {
        code => code.digits,
        lifetime => in_words(code.expires_at.since(code.now), locale),
        link => code.link.map(url),
        ..base
    }
}

/// A URL for an attribute. The engine would escape its slashes too, which not every mail client undoes.
pub(super) fn html_url(url: &str) -> Value {
    let escaped = url.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;");
    Value::from_safe_string(escaped.replace('<', "&lt;").replace('>', "&gt;"))
}
