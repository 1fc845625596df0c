//! The templates, ready to be rendered.

use std::path::Path;

use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior};
use url::Url;

use super::kind::Kind;
use super::link::link;
use super::values::{MailedCode, Product, html_url, values};
use super::words::Words;
use super::{check, failure, files, sample};
use crate::locale::Locale;
use crate::start_error::StartError;

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
                added.map_err(|error| failure::failed(&error))?;
            }
        }
        check::check(&templates.text, |kind, locale, product, code| {
            templates.render(kind, locale, product, code)
        })?;
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
            let (file, line) = failure::place(&error);
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
        let code = kind.has_code().then(|| sample::code(digits, link.as_deref()));
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

/// A subject is one header: with line breaks it could be several.
fn one_line(text: &str) -> String {
    let words = text.split(|char: char| char.is_whitespace() || char.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
