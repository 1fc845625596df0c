//! From the words of an email to the message that is sent.

use std::time::SystemTime;

use entity::Timestamp;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use sea_orm::prelude::Uuid;

use super::words::Words;
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

    /// The domain of its address, in ASCII.
    pub(crate) fn domain(&self) -> &str {
        self.0.email.domain()
    }
}

/// Builds the message. The same `id` makes the same Message-ID.
pub(crate) fn build(sender: &Sender, to: &str, words: Words, id: &Tag, now: Timestamp) -> Result<Message, String> {
    let address = to
        .parse()
        .map_err(|_| "the mail library rejects the recipient's address".to_owned())?;
    let mut id_bytes = [0; 16];
    id_bytes.copy_from_slice(&id[..16]);
    let id = Uuid::from_bytes(id_bytes).simple();
    let mut message = Message::builder()
        .from(sender.0.clone())
        .to(Mailbox::new(None, address))
        .subject(words.subject)
        .date(SystemTime::UNIX_EPOCH + now.since(Timestamp::from_millis(0)))
        .message_id(Some(format!("<{id}@{}>", sender.0.email.domain())))
        .header(AutoSubmitted);
    if let Some(instant) = words.code_expires {
        let name = HeaderName::new_from_ascii_str("X-Code-Expires");
        message = message.raw_header(HeaderValue::new(name, instant.to_rfc3339()));
    }
    message
        .multipart(MultiPart::alternative_plain_html(words.text, words.html))
        .map_err(|error| error.to_string())
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
}
