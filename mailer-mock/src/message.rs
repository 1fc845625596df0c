use time::OffsetDateTime;

use crate::codes;
use crate::mime;

/// How many addresses of the header are looked through for the names of recipients. A header can hold millions.
const MAX_NAMED: usize = 1_000;

/// Characters of a recipient's name. Each of a hundred recipients can have the same one, as long as the mail.
const MAX_NAME: usize = 1_000;

/// Who a mail is from or to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// `local-part@domain`, as it was written.
    pub address: String,
    /// The name that the header gives beside the address; empty when it gives none.
    pub name: String,
}

/// A file that a mail carries, or anything else in it that is neither its text nor its HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attachment {
    /// Its place among the parts of the mail, from 1.
    pub part: usize,
    /// As the mail names it; empty when it does not. It comes from whoever sent the mail and can hold any character.
    pub file_name: String,
    /// Such as `image/png`, as the mail says.
    pub content_type: String,
    /// The header `Content-ID` without its angle brackets; empty when there is none.
    pub content_id: String,
    /// Whether the mail wants it shown within the text.
    pub inline: bool,
    /// Bytes, decoded.
    pub size: usize,
}

/// A mail that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Unique, also across restarts; ids compare as text in the order of arrival.
    pub id: String,
    /// The first address of the header `From`; the envelope's sender where the header has none, and `None` where both
    /// are empty.
    pub from: Option<Address>,
    /// The recipients on the envelope (`RCPT TO`), in their order: those that the mail was really sent to. Their names
    /// are taken from the headers `To` and `Cc`.
    pub to: Vec<Address>,
    /// The sender on the envelope (`MAIL FROM`), to whom a failure would be reported; empty for the null sender `<>`.
    pub return_path: String,
    /// The header `Subject`, decoded; empty when there is none. It can hold any character, line breaks too.
    pub subject: String,
    /// The header `Message-ID` without its angle brackets.
    pub message_id: Option<String>,
    /// The text parts, decoded. For a mail that only has HTML, the text in that.
    pub text: String,
    /// The HTML parts, decoded; empty when there are none. It comes from whoever sent the mail: never insert it into
    /// a page as it is.
    pub html: String,
    /// What else it carries, in the order of its parts.
    pub attachments: Vec<Attachment>,
    /// The bytes between `DATA` and the final dot, with dot-stuffing undone and nothing added.
    pub raw: Vec<u8>,
    /// What looks like a code in the subject, the text or the HTML, the likeliest first, none twice. It is a guess,
    /// good enough for tests; the crate's module `codes` has the rule.
    pub codes: Vec<String>,
    /// When the final dot arrived, in UTC.
    pub created: OffsetDateTime,
}

/// What the SMTP dialogue says about a mail, before its content (RFC 5321, section 2.3.1).
#[derive(Clone, Debug, Default)]
pub(crate) struct Envelope {
    /// Empty for the null sender.
    pub(crate) sender: String,
    pub(crate) recipients: Vec<String>,
}

impl Message {
    /// Reads a mail. It takes any bytes: what cannot be understood is empty, or shown as text. The id is given by the
    /// mailbox.
    pub(crate) fn read(envelope: Envelope, raw: Vec<u8>, created: OffsetDateTime) -> Self {
        let head = mime::headers(&raw);
        let subject = head.subject().unwrap_or_default().to_owned();
        let from = head.from().and_then(|from| from.iter().find_map(addressed));
        let named: Vec<Address> = [head.to(), head.cc()]
            .into_iter()
            .flatten()
            .flat_map(mail_parser::Address::iter)
            .filter_map(addressed)
            .take(MAX_NAMED)
            .collect();
        let message_id = head.message_id().map(str::to_owned);

        let body = mime::read(&raw);
        Self {
            id: String::new(),
            from: from.or_else(|| sender(&envelope.sender)),
            to: envelope
                .recipients
                .into_iter()
                .map(|recipient| with_name(recipient, &named))
                .collect(),
            return_path: envelope.sender,
            codes: codes::find(&subject, &body.text, &body.html_text),
            subject,
            message_id,
            text: body.text,
            html: body.html,
            attachments: body.attachments,
            raw,
            created,
        }
    }

    /// Whether `address` is among the envelope's recipients, in any case.
    pub(crate) fn is_to(&self, address: &str) -> bool {
        self.to.iter().any(|to| same(&to.address, address))
    }

    /// The bytes that keeping it takes, near enough.
    pub(crate) fn memory(&self) -> usize {
        let one = |address: &Address| size_of::<Address>() + address.address.len() + address.name.len();
        let addresses = self.to.iter().chain(&self.from).map(one);
        let attachments = self.attachments.iter().map(|attachment| {
            let texts = [&attachment.file_name, &attachment.content_type, &attachment.content_id];
            size_of::<Attachment>() + texts.map(String::len).iter().sum::<usize>()
        });
        let message_id = self.message_id.as_ref().map_or(0, String::len);
        let texts = [&self.text, &self.html, &self.subject, &self.return_path].map(String::len);
        size_of::<Self>()
            + self.raw.len()
            + message_id
            + texts.iter().sum::<usize>()
            + addresses.chain(attachments).sum::<usize>()
    }
}

fn addressed(addr: &mail_parser::Addr<'_>) -> Option<Address> {
    Some(Address {
        address: addr.address()?.to_owned(),
        name: addr.name().unwrap_or_default().to_owned(),
    })
}

fn sender(address: &str) -> Option<Address> {
    (!address.is_empty()).then(|| Address {
        address: address.to_owned(),
        name: String::new(),
    })
}

fn with_name(recipient: String, named: &[Address]) -> Address {
    let name = named
        .iter()
        .find(|named| same(&named.address, &recipient))
        .map(|named| named.name.chars().take(MAX_NAME).collect());
    Address {
        address: recipient,
        name: name.unwrap_or_default(),
    }
}

/// Whether two addresses are one, in any case. (RFC 5321 leaves the case of local parts to the receiver; this one, like
/// most, takes no notice of it.)
fn same(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        one.eq_ignore_ascii_case(other)
    } else {
        one.to_lowercase() == other.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sender: &str, recipient: &str, mail: &str) -> Message {
        let envelope = Envelope {
            sender: sender.to_owned(),
            recipients: vec![recipient.to_owned()],
        };
        Message::read(envelope, mail.as_bytes().to_vec(), OffsetDateTime::UNIX_EPOCH)
    }

    fn address(address: &str, name: &str) -> Address {
        Address {
            address: address.to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn the_sender_is_the_one_that_a_reader_sees() {
        for (mail, from) in [
            ("From: A <a@x>, b@x\r\n\r\n", Some(address("a@x", "A"))),
            ("From: nobody\r\n\r\n", Some(address("s@x", ""))),
            ("no header", Some(address("s@x", ""))),
        ] {
            assert_eq!(read("s@x", "r@x", mail).from, from, "{mail}");
        }
        assert_eq!(read("", "r@x", "").from, None);
    }

    #[test]
    fn recipients_are_those_of_the_envelope_with_the_names_of_the_header() {
        let mail = "To: Other <o@x>\r\nCc: Team: Ada <R@x>, b@x;\r\n\r\n";
        assert_eq!(read("", "r@x", mail).to, [address("r@x", "Ada")]);
        assert_eq!(read("", "r@x", "To: a, ,<\r\n\r\n").to, [address("r@x", "")]);
    }

    #[test]
    fn a_name_is_not_kept_beyond_its_bound() {
        let mail = format!("To: {} <r@x>\r\n\r\n", "n".repeat(5_000));
        assert_eq!(read("", "r@x", &mail).to[0].name.len(), 1_000);
    }

    #[test]
    fn everything_of_a_mail_is_counted() {
        let envelope = |recipients: usize| Envelope {
            sender: "s".repeat(1_000),
            recipients: vec!["r".repeat(2_000); recipients],
        };
        let memory = |envelope, mail: &str| {
            Message::read(envelope, mail.as_bytes().to_vec(), OffsetDateTime::UNIX_EPOCH).memory()
        };
        let empty = memory(Envelope::default(), "");
        assert!(memory(envelope(0), "") >= empty + 1_000);
        assert!(memory(envelope(100), "") >= empty + 200_000);
        let long = "x".repeat(5_000);
        for (mail, kept) in [
            (format!("Subject: {long}\r\n\r\n"), 2),
            (format!("Message-ID: <{long}>\r\n\r\n"), 2),
            (format!("From: {long} <a@b>\r\n\r\n"), 2),
            (format!("\r\n\r\n{long}"), 2),
            (format!("Content-Type: text/html\r\n\r\n{long}"), 3),
            (format!("Content-Type: image/png\r\nContent-ID: <{long}>\r\n\r\n"), 2),
        ] {
            let memory = memory(Envelope::default(), &mail);
            assert!(memory >= empty + kept * 5_000, "{}: {memory}", &mail[..20]);
        }
    }

    #[test]
    fn names_are_looked_for_among_the_first_thousand() {
        let mail = |before: usize| format!("To: {}Ada <r@x>\r\n\r\n", "a@x, ".repeat(before));
        assert_eq!(read("", "r@x", &mail(999)).to[0].name, "Ada");
        assert_eq!(read("", "r@x", &mail(1_000)).to[0].name, "");
    }
}
