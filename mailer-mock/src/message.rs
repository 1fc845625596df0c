use time::OffsetDateTime;

use crate::codes;
use crate::mime::{self, Attachment};

/// How many addresses in the header are searched for the names of recipients. A header can contain millions.
const MAX_HEADER_ADDRESSES: usize = 1_000;

/// The most characters of a recipient's name. All recipients could have the same name, as long as the message.
const MAX_NAME: usize = 1_000;

/// An email address with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// `local-part@domain`, as the sender wrote it.
    pub address: String,
    /// The name beside the address in the header; empty if there is none.
    pub name: String,
}

/// An email that the SMTP server accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Unique, also across restarts. Ids sort as text in the order of arrival.
    pub id: String,
    /// The first address in the header `From`; without one, the sender in the envelope. `None` if both are empty.
    pub from: Option<Address>,
    /// The recipients in the envelope (`RCPT TO`), in order, as the client wrote them. Their names are from the headers `To` and `Cc`.
    pub to: Vec<Address>,
    /// The sender in the envelope (`MAIL FROM`); empty for the null sender `<>`.
    pub return_path: String,
    /// The header `Subject`, decoded; empty if there is none. It can contain any character, including line breaks.
    pub subject: String,
    /// The header `Message-ID` without its angle brackets.
    pub message_id: Option<String>,
    /// The text parts, decoded; if there are none, the text in the HTML.
    pub text: String,
    /// The HTML parts, decoded; empty if there are none. The sender controls it: never insert it into a page.
    pub html: String,
    /// In the order of the parts.
    pub attachments: Vec<Attachment>,
    /// The bytes between `DATA` and the final dot, without dot-stuffing.
    pub raw: Vec<u8>,
    /// The codes found in the subject, the text and the HTML, without duplicates, the most likely first. This is a guess
    /// for use in tests; `docs/mailer-mock.md` documents the rule.
    pub codes: Vec<String>,
    /// When the final dot arrived, in UTC.
    pub created: OffsetDateTime,
}

/// What the SMTP commands say about a message (RFC 5321, section 2.3.1).
#[derive(Clone, Debug, Default)]
pub(crate) struct Envelope {
    /// Empty for the null sender.
    pub(crate) sender: String,
    pub(crate) recipients: Vec<String>,
}

impl Message {
    /// Parses any bytes. A field that cannot be parsed is empty, or shown as text. The store sets the id.
    pub(crate) fn parse(envelope: Envelope, raw: Vec<u8>, created: OffsetDateTime) -> Self {
        let header = mime::parse_header(&raw);
        let subject = header.subject().unwrap_or_default().to_owned();
        let from = header.from().and_then(|from| from.iter().find_map(address));
        let in_header: Vec<Address> = [header.to(), header.cc()]
            .into_iter()
            .flatten()
            .flat_map(mail_parser::Address::iter)
            .filter_map(address)
            .take(MAX_HEADER_ADDRESSES)
            .collect();
        let message_id = header.message_id().map(str::to_owned);

        let body = mime::read(&raw);
        Self {
            id: String::new(),
            from: from.or_else(|| sender(&envelope.sender)),
            to: envelope
                .recipients
                .into_iter()
                .map(|recipient| with_name(recipient, &in_header))
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

    /// Whether `address` is one of the recipients in the envelope, ignoring case.
    pub(crate) fn is_to(&self, address: &str) -> bool {
        self.to.iter().any(|to| same_address(&to.address, address))
    }

    /// Approximately how many bytes of memory it takes.
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

fn address(addr: &mail_parser::Addr<'_>) -> Option<Address> {
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

fn with_name(recipient: String, in_header: &[Address]) -> Address {
    let name = in_header
        .iter()
        .find(|other| same_address(&other.address, &recipient))
        .map(|other| other.name.chars().take(MAX_NAME).collect());
    Address {
        address: recipient,
        name: name.unwrap_or_default(),
    }
}

/// Compares two addresses without case, quotes, and the difference between the two spellings of an international domain.
/// RFC 5321 lets the receiver decide about the local part; most ignore its case.
fn same_address(one: &str, other: &str) -> bool {
    let canonical = |address: &str| {
        let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        let quoted = local.strip_prefix('"').and_then(|local| local.strip_suffix('"'));
        let local = quoted.map_or_else(
            || local.to_owned(),
            |quoted| quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        );
        let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_lowercase());
        (local.to_lowercase(), domain)
    };
    let is_plain = |address: &str| address.is_ascii() && !address.contains('"') && !address.contains("xn--");
    one.eq_ignore_ascii_case(other) || !(is_plain(one) && is_plain(other)) && canonical(one) == canonical(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_counts_all_fields() {
        let envelope = |recipients: usize| Envelope {
            sender: "s".repeat(1_000),
            recipients: vec!["r".repeat(2_000); recipients],
        };
        let memory = |envelope, mail: &str| {
            Message::parse(envelope, mail.as_bytes().to_vec(), OffsetDateTime::UNIX_EPOCH).memory()
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
}
