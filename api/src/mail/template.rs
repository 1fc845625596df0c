//! What emails say, and how they become messages.

use std::time::{Duration, SystemTime};

use askama::Template;
use entity::Timestamp;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use sea_orm::prelude::Uuid;
use url::Url;

use crate::keys::Tag;
use crate::start_error::StartError;

/// The sender of every email.
#[derive(Clone, Debug)]
pub(crate) struct Sender(Mailbox);

impl Sender {
    /// Parses `MAIL_FROM`. The domain becomes ASCII, because few mail servers take another one.
    pub(crate) fn parse(text: &str) -> Result<Self, StartError> {
        let Mailbox { name, email } = text.parse().map_err(|_| StartError::MailFrom)?;
        // Few mail servers take such a name (RFC 6531).
        if !email.user().is_ascii() {
            return Err(StartError::MailFrom);
        }
        let domain = idna::domain_to_ascii_strict(email.domain()).map_err(|_| StartError::MailFrom)?;
        let email = Address::new(email.user(), domain).map_err(|_| StartError::MailFrom)?;
        Ok(Self(Mailbox::new(name, email)))
    }
}

/// The product that the emails are about.
#[derive(Clone, Debug, Default)]
pub struct Product {
    /// Its name: `APP_NAME`. It has no line break, because subjects contain it.
    pub name: Option<String>,
    /// Its home page: `APP_URL`.
    pub url: Option<Url>,
}

impl Product {
    /// The name after a preposition: " for Tansy". Empty without a name.
    fn after(&self, preposition: &str) -> String {
        self.name
            .as_ref()
            .map_or_else(String::new, |name| format!(" {preposition} {name}"))
    }
}

/// The words of an email, in text and HTML.
pub(crate) struct Content {
    subject: String,
    text: askama::Result<String>,
    html: askama::Result<String>,
    /// When the code in it expires.
    code_expires: Option<Timestamp>,
}

#[derive(Template)]
#[template(path = "activation_code.txt")]
struct CodeText<'a> {
    code: &'a str,
    lifetime: &'a str,
    link: Option<&'a str>,
    for_product: &'a str,
    product: &'a Product,
}

#[derive(Template)]
#[template(path = "activation_code.html")]
struct CodeHtml<'a> {
    code: &'a str,
    lifetime: &'a str,
    link: Option<&'a str>,
    for_product: &'a str,
    product: &'a Product,
}

#[derive(Template)]
#[template(path = "account_exists.txt")]
struct ExistsText<'a> {
    at_product: &'a str,
    with_product: &'a str,
    product: &'a Product,
}

#[derive(Template)]
#[template(path = "account_exists.html")]
struct ExistsHtml<'a> {
    at_product: &'a str,
    with_product: &'a str,
    product: &'a Product,
}

/// The activation code. The link opens the activation page with the code filled in.
pub(crate) fn activation_code(
    code: &str,
    expires_at: Timestamp,
    now: Timestamp,
    link: Option<&str>,
    product: &Product,
) -> Content {
    let lifetime = &in_words(expires_at.since(now));
    let for_product = &product.after("for");
    let text = CodeText {
        code,
        lifetime,
        link,
        for_product,
        product,
    };
    let html = CodeHtml {
        code,
        lifetime,
        link,
        for_product,
        product,
    };
    Content {
        subject: format!("{code} is your activation code{for_product}"),
        text: text.render(),
        html: html.render(),
        code_expires: Some(expires_at),
    }
}

/// For the owner of an account whose address somebody registered again.
pub(crate) fn account_exists(product: &Product) -> Content {
    let (at_product, with_product) = (&product.after("at"), &product.after("with"));
    let text = ExistsText {
        at_product,
        with_product,
        product,
    };
    let html = ExistsHtml {
        at_product,
        with_product,
        product,
    };
    Content {
        subject: format!("You already have an account{with_product}"),
        text: text.render(),
        html: html.render(),
        code_expires: None,
    }
}

#[derive(Template)]
#[template(path = "notice.txt")]
struct NoticeText<'a> {
    paragraphs: &'a [String],
    code: Option<&'a str>,
    note: &'a str,
    product: &'a Product,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticeHtml<'a> {
    subject: &'a str,
    paragraphs: &'a [String],
    code: Option<&'a str>,
    note: &'a str,
    product: &'a Product,
}

/// What an email says that concerns an account that exists, or that does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    NoAccount,
    EmailTaken,
    PasswordChanged,
    EmailChangeRequested,
    EmailChanged,
    AccountDeleted,
}

/// A code that concerns an account that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountCode {
    PasswordReset,
    EmailChange,
}

/// The code of a password reset or an email change.
pub(crate) fn account_code(
    kind: AccountCode,
    code: &str,
    expires_at: Timestamp,
    now: Timestamp,
    product: &Product,
) -> Content {
    let at = product.after("at");
    let (what, note) = match kind {
        AccountCode::PasswordReset => (
            "password reset code",
            "If you didn't request this, ignore this email; your password stays as it is.",
        ),
        AccountCode::EmailChange => (
            "email confirmation code",
            "If you didn't request this, ignore this email; the account does not get your address without the code.",
        ),
    };
    let paragraphs = [
        format!("Your {what}{at} is"),
        format!(
            "It expires {} after this email was sent.",
            in_words(expires_at.since(now))
        ),
    ];
    Content {
        code_expires: Some(expires_at),
        ..notice_of(
            &format!("{code} is your {what}{at}"),
            &paragraphs,
            Some(code),
            note,
            product,
        )
    }
}

/// An email without a code.
pub(crate) fn notice(kind: Notice, product: &Product) -> Content {
    let (at, with) = (product.after("at"), product.after("with"));
    let not_you = "If this wasn't you, ignore this email.";
    let (subject, paragraph, note) = match kind {
        Notice::NoAccount => (
            format!("No account{with} uses this address"),
            format!("Someone (maybe you) wants to reset a password{at}, but no account uses this address."),
            not_you,
        ),
        Notice::EmailTaken => (
            format!("You already have an account{with}"),
            format!("Someone (maybe you) wants to use this address for another account{at}. You already have one."),
            not_you,
        ),
        Notice::PasswordChanged => (
            format!("Your password{at} was changed"),
            format!("The password of your account{with} was changed, and every other device was signed out."),
            "If this wasn't you, reset your password now.",
        ),
        Notice::EmailChangeRequested => (
            format!("Your email address{at} is about to change"),
            format!("Someone signed in to your account{with} wants to use another email address for it."),
            "If this wasn't you, change your password now.",
        ),
        Notice::EmailChanged => (
            format!("Your email address{at} was changed"),
            format!("Your account{with} uses another email address now."),
            "If this wasn't you, contact support.",
        ),
        Notice::AccountDeleted => (
            format!("Your account{with} was deleted"),
            format!("Your account{with} and everything stored about it was deleted."),
            "If this wasn't you, contact support.",
        ),
    };
    notice_of(&subject, &[paragraph], None, note, product)
}

fn notice_of(subject: &str, paragraphs: &[String], code: Option<&str>, note: &str, product: &Product) -> Content {
    let text = NoticeText {
        paragraphs,
        code,
        note,
        product,
    };
    let html = NoticeHtml {
        subject,
        paragraphs,
        code,
        note,
        product,
    };
    Content {
        subject: subject.to_owned(),
        text: text.render(),
        html: html.render(),
        code_expires: None,
    }
}

/// Builds the message. The same `id` makes the same Message-ID.
pub(crate) fn build(sender: &Sender, to: &str, content: Content, id: &Tag, now: Timestamp) -> Result<Message, String> {
    let text = content.text.map_err(|error| error.to_string())?;
    let html = content.html.map_err(|error| error.to_string())?;
    let address = to
        .parse()
        .map_err(|_| "the mail library rejects the recipient's address".to_owned())?;
    let mut id_bytes = [0; 16];
    id_bytes.copy_from_slice(&id[..16]);
    let id = Uuid::from_bytes(id_bytes).simple();
    let mut message = Message::builder()
        .from(sender.0.clone())
        .to(Mailbox::new(None, address))
        .subject(content.subject)
        .date(SystemTime::UNIX_EPOCH + now.since(Timestamp::from_millis(0)))
        .message_id(Some(format!("<{id}@{}>", sender.0.email.domain())))
        .header(AutoSubmitted);
    if let Some(instant) = content.code_expires {
        let name = HeaderName::new_from_ascii_str("X-Code-Expires");
        message = message.raw_header(HeaderValue::new(name, instant.to_rfc3339()));
    }
    message
        .multipart(MultiPart::alternative_plain_html(text, html))
        .map_err(|error| error.to_string())
}

/// A lifetime as a person says it, in the largest unit of which it has two.
fn in_words(lifetime: Duration) -> String {
    let seconds = lifetime.as_secs();
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// Tells automatic responders not to answer (RFC 3834, section 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_of_the_sender_is_in_ascii() {
        for (typed, expected) in [
            ("no-reply@bücher.example", "no-reply@xn--bcher-kva.example"),
            ("Bücher <no-reply@BÜCHER.example>", "no-reply@xn--bcher-kva.example"),
            ("no-reply@localhost", "no-reply@localhost"),
            ("Ada <ada@mail.example.com>", "ada@mail.example.com"),
        ] {
            let sender = Sender::parse(typed).expect(typed);
            assert_eq!(sender.0.email.to_string(), expected);
            assert_eq!(sender.0.name.is_some(), typed.contains('<'), "{typed}");
        }
        for text in [
            "",
            "nobody",
            "ada@",
            "ada@-.example",
            "ada@exa mple.com",
            "Ada <ada@example.com",
            "ädä@example.com",
            "ada@bü\u{200e}cher.example",
        ] {
            assert!(Sender::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lifetime_is_in_the_largest_unit_of_which_it_has_two() {
        for (seconds, words) in [
            (1, "1 second"),
            (60, "60 seconds"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (600, "10 minutes"),
            (7_199, "119 minutes"),
            (7_200, "2 hours"),
            (86_400, "24 hours"),
            (172_799, "47 hours"),
            (172_800, "2 days"),
            (604_800, "7 days"),
        ] {
            assert_eq!(in_words(Duration::from_secs(seconds)), words);
        }
    }
}
