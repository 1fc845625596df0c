//! The words of every email in English, and the structure of its HTML.

use std::fmt::Write;

use api::locale::Locale;
use api::mail::{Kind, Words};

use super::{built_in, tansy};

/// The elements of an HTML email that hold text, one a line.
fn outline(html: &str) -> String {
    let (_, body) = html.split_once("<body").expect("a body");
    let mut lines = String::new();
    for element in body.split('<').filter(|element| !element.starts_with(['/', '!'])) {
        let Some((tag, text)) = element.split_once('>') else {
            continue;
        };
        // What keeps a mail client from showing more than the preheader.
        let text = text.replace("&#847;&zwnj;&nbsp;", "");
        if text.trim().is_empty() {
            continue;
        }
        let attribute = |name: &str| {
            let (_, rest) = tag.split_once(&format!("{name}=\""))?;
            rest.split('"').next()
        };
        lines += tag.split_whitespace().next().unwrap_or_default();
        for (mark, value) in [(".", attribute("class")), (" ", attribute("href"))] {
            lines += &value.map(|value| format!("{mark}{value}")).unwrap_or_default();
        }
        let _ = writeln!(lines, ": {}", text.trim());
    }
    lines
}

fn in_english(kind: Kind) -> Words {
    let page = "https://app.example.com/activate?from=email&x='"
        .parse()
        .expect("a URL");
    let email = built_in(tansy()).sample(kind, Some(Locale::En), Some(&page));
    email.expect("an email")
}

#[test]
fn every_email_in_english() {
    let emails = Kind::all().iter().map(|kind| {
        let Words { subject, text, .. } = in_english(*kind);
        format!("=== {}\nSubject: {subject}\n\n{text}", kind.name())
    });
    insta::assert_snapshot!("english_text", emails.collect::<String>());
    let emails = Kind::all().iter().map(|kind| {
        let Words { html, .. } = in_english(*kind);
        format!("=== {}\n{}", kind.name(), outline(&html))
    });
    insta::assert_snapshot!("english_html", emails.collect::<String>());
}

#[test]
fn html_suits_mail_clients() {
    for kind in Kind::all() {
        for locale in Locale::ALL {
            let page = "https://app.example.com".parse().ok();
            let email = built_in(tansy()).sample(*kind, Some(locale), page.as_ref());
            let html = email.expect("an email").html;
            assert!(html.contains(&format!("<html lang=\"{}\"", locale.tag())), "{html}");
            // A screen reader would read every other table as one.
            let tables = html.matches("<table").count();
            assert!(
                tables >= 3 && tables == html.matches("role=\"presentation\"").count(),
                "{html}"
            );
            // Outlook on Windows knows neither `max-width` nor `padding` of a link.
            assert!(
                html.contains("<!--[if mso]><table role=\"presentation\" width=\"600\""),
                "{html}"
            );
            assert_eq!(html.contains("<v:roundrect"), *kind == Kind::ActivationCode, "{html}");
            assert!(
                !html.contains("display:flex") && !html.contains("<script") && !html.contains("<img"),
                "{html}"
            );
            // Gmail cuts an email at 102 KiB.
            assert!(html.len() < 16 * 1024, "{}", html.len());
        }
    }
}
