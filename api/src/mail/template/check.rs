//! Renders every email with sample values, so that a wrong template ends the start and not a registration.

use minijinja::{Environment, Error, ErrorKind};

use super::failure::failed;
use super::kind::Kind;
use super::sample;
use super::values::{MailedCode, Product};
use super::words::Words;
use crate::locale::Locale;
use crate::start_error::StartError;

/// In no layout by chance.
const SAMPLE_CODE: &str = "48151623";

/// Checks each kind in each language: without a missing variable, with and without a link and a product, with a
/// subject, and with the code.
pub(super) fn check(
    templates: &Environment,
    render: impl Fn(Kind, Locale, &Product, Option<MailedCode<'_>>) -> Result<Words, Error>,
) -> Result<(), StartError> {
    check_names(templates)?;
    let named = Product {
        name: Some("Tansy".to_owned()),
        url: "https://tansy.example".parse().ok(),
    };
    for kind in Kind::all() {
        for locale in Locale::ALL {
            for (product, link) in [
                (&named, Some("https://app.example.com/#code=48151623")),
                (&Product::default(), None),
            ] {
                let code = kind.has_code().then(|| sample::code(SAMPLE_CODE, link));
                let words = render(*kind, locale, product, code);
                check_words(*kind, locale, words)?;
            }
        }
    }
    Ok(())
}

fn check_words(kind: Kind, locale: Locale, words: Result<Words, Error>) -> Result<(), StartError> {
    let wrong = |reason: &str| {
        Err(StartError::MailTemplateFile {
            file: kind.file(locale),
            reason: reason.to_owned(),
        })
    };
    let words = match words {
        Ok(words) => words,
        // The engine names the layout.
        Err(error) if error.kind() == ErrorKind::UnknownBlock => return wrong(error.detail().unwrap_or_default()),
        Err(error) => return Err(failed(&error)),
    };
    if words.subject.is_empty() {
        return wrong("the block subject is empty");
    }
    for (part, format, layout) in [
        (&words.text, "text", "layout.txt"),
        (&words.html, "HTML", "layout.html"),
    ] {
        if kind.has_code() && !part.contains(SAMPLE_CODE) {
            return wrong(&format!(
                "the {format} does not contain the code: use {{{{ code }}}} in this file or in {layout}"
            ));
        }
    }
    Ok(())
}

/// Checks the names of the variables, also where the samples do not lead.
fn check_names(templates: &Environment) -> Result<(), StartError> {
    for (file, template) in templates.templates() {
        let has_code = file.starts_with("layout.") || Kind::all().iter().any(|kind| is_of(file, *kind));
        let names = template.undeclared_variables(true);
        let unknown = names.iter().filter(|name| !is_known(templates, name, has_code));
        if let Some(name) = unknown.min() {
            let last = name.rsplit('.').next().unwrap_or(name);
            let line = template.source().lines().position(|line| has_word(line, last));
            return Err(StartError::MailTemplate {
                file: file.to_owned(),
                line: line.unwrap_or_default() + 1,
                reason: format!("there is no variable {name} here"),
            });
        }
    }
    Ok(())
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|char: char| !char.is_alphanumeric() && char != '_')
        .any(|other| other == word)
}

fn is_of(file: &str, kind: Kind) -> bool {
    kind.has_code() && Locale::ALL.iter().any(|locale| kind.file(*locale) == file)
}

fn is_known(environment: &Environment, name: &str, has_code: bool) -> bool {
    match name {
        "layout" | "locale" | "product" | "product.name" | "product.url" => true,
        "code" | "lifetime" | "link" => has_code,
        _ => environment.globals().any(|(global, _)| global == name),
    }
}
