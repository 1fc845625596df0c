//! How the mails read.

use std::time::SystemTime;

use askama::Template;
use entity::Timestamp;
use lettre::Message;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use sea_orm::prelude::Uuid;

use crate::account::{EmailAddress, MailedCode};
use crate::keys::{Keys, Tag};

/// From whom the mails come.
#[derive(Clone, Debug)]
pub(super) struct Sender(Mailbox);

impl Sender {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        text.parse()
            .map(Self)
            .map_err(|_| "MAIL_FROM: expected NAME <ADDRESS> or ADDRESS".to_owned())
    }
}

#[derive(Template)]
#[template(path = "activation_code.txt")]
struct CodeText<'a> {
    code: &'a str,
    seconds: u64,
}

#[derive(Template)]
#[template(path = "activation_code.html")]
struct CodeHtml<'a> {
    code: &'a str,
    seconds: u64,
}

#[derive(Template)]
#[template(path = "account_exists.txt")]
struct ExistsText;

#[derive(Template)]
#[template(path = "account_exists.html")]
struct ExistsHtml;

/// The mail with a code. The same draw makes the same Message-ID.
pub(super) fn activation_code(
    sender: &Sender,
    keys: &Keys,
    to: &EmailAddress,
    mailed: &MailedCode,
    now: Timestamp,
) -> Result<Message, String> {
    let code = mailed.code.digits();
    let seconds = mailed.usable.as_secs();
    let subject = format!("{code} is your activation code");
    let bodies = (CodeText { code, seconds }.render(), CodeHtml { code, seconds }.render());
    build(
        sender,
        to,
        subject,
        bodies,
        &keys.message_ids.tag(&[b"code", &mailed.draw]),
        now,
    )
}

/// The mail to the owner of an active account whose address somebody tried to register.
pub(super) fn account_exists(
    sender: &Sender,
    keys: &Keys,
    to: &EmailAddress,
    mail: Uuid,
    now: Timestamp,
) -> Result<Message, String> {
    let subject = "You already have an account".to_owned();
    let bodies = (ExistsText.render(), ExistsHtml.render());
    build(
        sender,
        to,
        subject,
        bodies,
        &keys.message_ids.tag(&[b"mail", mail.as_bytes()]),
        now,
    )
}

fn build(
    sender: &Sender,
    to: &EmailAddress,
    subject: String,
    bodies: (askama::Result<String>, askama::Result<String>),
    id: &Tag,
    now: Timestamp,
) -> Result<Message, String> {
    let text = bodies.0.map_err(|error| error.to_string())?;
    let html = bodies.1.map_err(|error| error.to_string())?;
    let address = to
        .mailbox()
        .parse()
        .map_err(|_| "the mail library does not take the address".to_owned())?;
    let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = *id;
    let id = Uuid::from_bytes(id).simple();
    Message::builder()
        .from(sender.0.clone())
        .to(Mailbox::new(None, address))
        .subject(subject)
        .date(system_time(now))
        .message_id(Some(format!("<{id}@{}>", sender.0.email.domain())))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(text, html))
        .map_err(|error| error.to_string())
}

/// The instant as lettre takes it.
fn system_time(instant: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + instant.since(Timestamp::from_millis(0))
}

/// Tells answering machines to keep quiet (RFC 3834 5).
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
