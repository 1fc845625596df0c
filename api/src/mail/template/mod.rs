//! What emails say. Templates are read once, at start, and checked then: with each kind of email in each language.
//!
//! `layout.html` and `layout.txt` are the frame of every email. The words are in one file for each kind and language, as
//! blocks that both layouts place. An operator can replace any file: see `docs/emails.md`.

mod check;
mod files;
mod kind;
mod lifetime;
mod message;

use std::path::Path;

use entity::Timestamp;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, context};
use url::Url;

pub use kind::Kind;
pub(crate) use message::{Sender, build};

use self::lifetime::in_words;
use crate::locale::Locale;
use crate::start_error::StartError;

/// The product that the emails are about.
#[derive(Clone, Debug, Default)]
pub struct Product {
    /// Its name: `APP_NAME`. It has no line break, because subjects contain it.
    pub name: Option<String>,
    /// Its home page: `APP_URL`.
    pub url: Option<Url>,
}

/// The code that an email carries.
#[derive(Debug, Clone, Copy)]
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

/// The words of an email, in text and HTML.
#[derive(Debug)]
pub struct Words {
    /// One line.
    pub subject: String,
    /// The part for clients that show no HTML.
    pub text: String,
    /// The same in HTML.
    pub html: String,
    /// When the code in it expires.
    pub(crate) code_expires: Option<Timestamp>,
}

/// The templates of all emails, ready to be rendered.
pub struct Templates {
    text: Environment<'static>,
    html: Environment<'static>,
    product: Product,
    default_locale: Locale,
}

impl Templates {
    /// Reads the templates, those in `folder` in the place of the built-in ones, and renders every email once.
    ///
    /// # Errors
    /// When the folder has a file that is not a template, or a template cannot be rendered.
    pub fn load(folder: Option<&Path>, product: Product, default_locale: Locale) -> Result<Self, StartError> {
        let mut templates = Self {
            text: environment(AutoEscape::None),
            html: environment(AutoEscape::Html),
            product,
            default_locale,
        };
        for (name, source) in files::read(folder)? {
            for environment in [&mut templates.text, &mut templates.html] {
                let added = environment.add_template_owned(name.clone(), source.clone());
                added.map_err(|error| check::failed(&error))?;
            }
        }
        check::check(&templates)?;
        Ok(templates)
    }

    /// Writes an email, in the default language if `locale` is none.
    ///
    /// # Errors
    /// When the template uses a value in a way that the check at start did not. The error does not show the values.
    pub(crate) fn write(
        &self,
        kind: Kind,
        locale: Option<Locale>,
        code: Option<MailedCode<'_>>,
    ) -> Result<Words, String> {
        let locale = locale.unwrap_or(self.default_locale);
        let words = self.render(kind, locale, &self.product, code);
        words.map_err(|error| {
            let (file, line) = check::place(&error);
            format!("{file}:{line}: {}", error.kind())
        })
    }

    /// An email with sample values, for people who look at it. `page` is where the button of an activation code leads.
    ///
    /// # Errors
    /// When the template uses a value in a way that the check at start did not.
    pub fn sample(&self, kind: Kind, locale: Option<Locale>, page: Option<&Url>) -> Result<Words, String> {
        let digits = if kind == Kind::ActivationCode {
            "4466"
        } else {
            "44668811"
        };
        let page = page.filter(|_| kind == Kind::ActivationCode);
        let link = page.map(|page| link(page, digits));
        let code = kind.has_code().then(|| check::sample(digits, link.as_deref()));
        self.write(kind, locale, code)
    }

    fn render(
        &self,
        kind: Kind,
        locale: Locale,
        product: &Product,
        code: Option<MailedCode<'_>>,
    ) -> Result<Words, Error> {
        let name = kind.file(locale);
        let text_values = values("layout.txt", locale, product, code, |url| url.into());
        let html_values = values("layout.html", locale, product, code, html_url);
        let mut text = self.text.get_template(&name)?.render_captured(text_values)?;
        let subject = text.with_state_mut(|state| state.render_block("subject"))?;
        Ok(Words {
            subject: one_line(&subject),
            text: text.into_output().trim().to_owned() + "\n",
            html: self.html.get_template(&name)?.render(html_values)?,
            code_expires: code.map(|code| code.expires_at),
        })
    }
}

fn environment(escape: AutoEscape) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(move |_| escape.clone());
    // Otherwise errors hold the values, the code among them.
    environment.set_debug(false);
    environment
}

/// What the templates can use.
fn values(
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
fn html_url(url: &str) -> Value {
    let escaped = url.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;");
    Value::from_safe_string(escaped.replace('<', "&lt;").replace('>', "&gt;"))
}

/// A subject is one header: with line breaks it could be several.
fn one_line(text: &str) -> String {
    let words = text.split(|char: char| char.is_whitespace() || char.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The page that an email's button opens, with the code filled in. The fragment never reaches a server.
pub(crate) fn link(page: &Url, code: &str) -> String {
    let mut url = page.clone();
    url.set_fragment(Some(&format!("code={code}")));
    url.into()
}
