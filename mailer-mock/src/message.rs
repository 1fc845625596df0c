use mail_parser::HeaderValue;
use serde::Serialize;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{OffsetDateTime, UtcOffset};

use crate::mime::{self, Attachment};
use crate::{codes, links};

/// How many addresses in the header are searched for the names of recipients. A header can contain millions.
const MAX_HEADER_ADDRESSES: usize = 1_000;

/// The most characters of a recipient's name. All recipients could have the same name, as long as the message.
const MAX_NAME: usize = 1_000;

/// An email address with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
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
    /// The recipients in the envelope (`RCPT TO`), in order, as the client wrote them. Their names are from the headers
    /// `To` and `Cc`.
    pub to: Vec<Address>,
    /// The addresses in the header `To`, which can differ from the recipients.
    pub header_to: Vec<Address>,
    /// The addresses in the header `Cc`.
    pub cc: Vec<Address>,
    /// The addresses in the header `Reply-To`.
    pub reply_to: Vec<Address>,
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
    /// The codes found in the subject, the text and the HTML, without duplicates, the most likely first. This is a
    /// guess for use in tests; `docs/mailer-mock.md` documents the rule.
    pub codes: Vec<String>,
    /// When the codes expire, in UTC, if the header `X-Code-Expires` says so.
    pub code_expires: Option<OffsetDateTime>,
    /// The links in the HTML, then those in the text, without duplicates. At most 100.
    pub links: Vec<String>,
    /// When the final dot arrived, in UTC.
    pub created: OffsetDateTime,
    /// Whether it is marked as read, by the page or through the API. A later mark does not change this value.
    pub read: bool,
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
        let subject = mime::subject(&header);
        let sender = Some(&envelope.sender).filter(|sender| !sender.is_empty());
        let from = header.from().and_then(|from| from.iter().find_map(address));
        let [header_to, cc, reply_to] = [header.to(), header.cc(), header.reply_to()].map(addresses);
        let in_header: Vec<&Address> = header_to.iter().chain(&cc).take(MAX_HEADER_ADDRESSES).collect();
        let message_id = header.message_id().map(str::to_owned);

        let code_expires = header.header("X-Code-Expires").and_then(HeaderValue::as_text);
        let code_expires = code_expires.and_then(instant);
        let body = mime::read(&raw);
        Self {
            id: String::new(),
            from: from.or_else(|| sender.map(|sender| with_name(sender.clone(), &[]))),
            to: envelope
                .recipients
                .into_iter()
                .map(|recipient| with_name(recipient, &in_header))
                .collect(),
            header_to,
            cc,
            reply_to,
            return_path: envelope.sender,
            codes: codes::find(&subject, &body.text, &body.html_text),
            code_expires,
            links: links::find(&body.html, &body.text),
            subject,
            message_id,
            text: body.text,
            html: body.html,
            attachments: body.attachments,
            raw,
            created,
            read: false,
        }
    }

    /// Whether `address` is one of the recipients in the envelope, ignoring case.
    pub(crate) fn is_to(&self, address: &str) -> bool {
        self.to.iter().any(|to| same_address(&to.address, address))
    }

    /// The recipients as email programs show them: `To`, `Cc` and `Bcc`. Recipients that neither header names are in
    /// `Bcc`; without both headers, all are in `To`.
    pub(crate) fn shown_recipients(&self) -> [Vec<&Address>; 3] {
        if self.header_to.is_empty() && self.cc.is_empty() {
            return [self.to.iter().collect(), Vec::new(), Vec::new()];
        }
        let is_in_header = |to: &Address| {
            let mut in_header = self.header_to.iter().chain(&self.cc);
            in_header.any(|other| same_address(&other.address, &to.address))
        };
        let bcc = self.to.iter().filter(|to| !is_in_header(to)).collect();
        [self.header_to.iter().collect(), self.cc.iter().collect(), bcc]
    }

    /// Approximately how many bytes of memory it takes.
    pub(crate) fn memory(&self) -> usize {
        let in_headers = [&self.header_to, &self.cc, &self.reply_to].into_iter().flatten();
        let addresses = self.to.iter().chain(&self.from).chain(in_headers);
        let attachments = self.attachments.iter();
        let texts = [&self.text, &self.html, &self.subject, &self.return_path]
            .into_iter()
            .chain(&self.message_id)
            .chain(&self.links)
            .chain(addresses.flat_map(|one| [&one.address, &one.name]))
            .chain(attachments.flat_map(|one| [&one.file_name, &one.content_type, &one.content_id]));
        let texts: usize = texts.map(|text| size_of::<String>() + text.len()).sum();
        size_of::<Self>() + self.raw.len() + texts
    }
}

fn address(addr: &mail_parser::Addr<'_>) -> Option<Address> {
    Some(Address {
        address: addr.address()?.to_owned(),
        name: addr.name().unwrap_or_default().to_owned(),
    })
}

fn addresses(field: Option<&mail_parser::Address<'_>>) -> Vec<Address> {
    let all = field.into_iter().flat_map(mail_parser::Address::iter);
    all.filter_map(address).take(MAX_HEADER_ADDRESSES).collect()
}

/// An instant as in RFC 3339, or as in the header `Date`; in UTC, where its year must have four digits too.
fn instant(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim();
    let parsed = OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(text, &Rfc2822));
    let instant = parsed.ok()?.checked_to_offset(UtcOffset::UTC)?;
    (0..=9999).contains(&instant.year()).then_some(instant)
}

fn with_name(recipient: String, in_header: &[&Address]) -> Address {
    let name = in_header
        .iter()
        .find(|other| same_address(&other.address, &recipient))
        .map(|other| other.name.chars().take(MAX_NAME).collect());
    Address {
        address: recipient,
        name: name.unwrap_or_default(),
    }
}

/// No address is longer (RFC 5321: 64 and 255 octets, and an @), even with each character of its local part quoted.
/// Decoding an international domain takes time in the square of its length.
pub(crate) const MAX_ADDRESS: usize = 512;

/// Compares two addresses without case, quotes, and the difference between the two spellings of an international
/// domain. RFC 5321 lets the receiver decide about the local part; most ignore its case.
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
    if one.eq_ignore_ascii_case(other) {
        return true;
    }
    let has_one_spelling = is_plain(one) && is_plain(other);
    let is_too_long = one.len().max(other.len()) > MAX_ADDRESS;
    !has_one_spelling && !is_too_long && canonical(one) == canonical(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_addresses_are_not_decoded() {
        let spellings = |length: usize| {
            let label = ".a".repeat(length);
            [format!("ada@b\u{fc}cher{label}"), format!("ada@xn--bcher-kva{label}")]
        };
        for (length, are_same) in [(20, true), (MAX_ADDRESS, false)] {
            let [one, other] = spellings(length);
            assert_eq!(same_address(&one, &other), are_same, "{length}");
            assert!(same_address(&one, &one), "{length}");
        }
    }

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
            (format!("To: {long} <a@b>\r\n\r\n"), 2),
            (format!("Cc: {long} <a@b>\r\n\r\n"), 2),
            (format!("Reply-To: {long} <a@b>\r\n\r\n"), 2),
            (format!("\r\n\r\nhttps://a.example/{long}"), 3),
            (format!("\r\n\r\n{long}"), 2),
            (format!("Content-Type: text/html\r\n\r\n{long}"), 3),
            (format!("Content-Type: image/png\r\nContent-ID: <{long}>\r\n\r\n"), 2),
        ] {
            let memory = memory(Envelope::default(), &mail);
            assert!(memory >= empty + kept * 5_000, "{}: {memory}", &mail[..20]);
        }
    }
}
