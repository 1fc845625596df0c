//! Mails as JSON, in the spelling of Mailpit, so that its client libraries read it. `Codes` is our own.
//!
//! What Mailpit has and this does not is there and empty: `Cc`, `Bcc` and `ReplyTo` (`To` has every recipient of the
//! envelope, the headers have their own route), `ListUnsubscribe`, `Tags`, and who has `Read` what.

use std::sync::Arc;

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{Attachment, Message, mime};

/// The most characters of a snippet.
const SNIPPET: usize = 250;

/// How many mails a list has when the request does not say; Mailpit's number.
pub(super) fn default_limit() -> usize {
    50
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Address<'a> {
    address: &'a str,
    name: &'a str,
}

/// A mail in a list.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Summary<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    read: bool,
    /// How many.
    attachments: usize,
    snippet: String,
}

/// A mail by itself.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Detail<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    return_path: &'a str,
    list_unsubscribe: ListUnsubscribe,
    /// What the sender says, or when it came: RFC 3339.
    date: String,
    text: &'a str,
    #[serde(rename = "HTML")]
    html: &'a str,
    inline: Vec<Part<'a>>,
    attachments: Vec<Part<'a>>,
}

/// What a mail has in a list and by itself.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Head<'a> {
    #[serde(rename = "ID")]
    id: &'a str,
    #[serde(rename = "MessageID")]
    message_id: &'a str,
    from: Option<Address<'a>>,
    to: Vec<Address<'a>>,
    cc: [Address<'a>; 0],
    bcc: [Address<'a>; 0],
    reply_to: [Address<'a>; 0],
    subject: &'a str,
    /// RFC 3339, UTC.
    created: String,
    tags: [&'a str; 0],
    /// Bytes of the raw mail.
    size: usize,
    codes: &'a [String],
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListUnsubscribe {
    links: [&'static str; 0],
}

/// An attachment.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Part<'a> {
    #[serde(rename = "PartID")]
    id: String,
    file_name: &'a str,
    content_type: &'a str,
    #[serde(rename = "ContentID")]
    content_id: &'a str,
    /// Bytes, decoded.
    size: usize,
}

/// A page of a list.
#[derive(Serialize)]
pub(super) struct List<'a> {
    /// Mails in the mailbox.
    total: usize,
    unread: usize,
    /// Mails that were asked for: all, or those that match a search.
    messages_count: usize,
    messages_unread: usize,
    /// How many of them are left out before the first one here.
    start: usize,
    /// How many of them are here.
    count: usize,
    tags: [&'a str; 0],
    messages: Vec<Summary<'a>>,
}

impl<'a> List<'a> {
    pub(super) fn new(total: usize, matching: &'a [Arc<Message>], start: usize, limit: usize) -> Self {
        let messages: Vec<_> = matching
            .iter()
            .skip(start)
            .take(limit)
            .map(|message| Summary::of(message))
            .collect();
        Self {
            total,
            unread: total,
            messages_count: matching.len(),
            messages_unread: matching.len(),
            start,
            count: messages.len(),
            tags: [],
            messages,
        }
    }
}

impl<'a> Summary<'a> {
    pub(super) fn of(message: &'a Message) -> Self {
        Self {
            head: Head::of(message),
            read: false,
            attachments: message.attachments.len(),
            snippet: snippet(&message.text),
        }
    }
}

impl<'a> Detail<'a> {
    pub(super) fn of(message: &'a Message) -> Self {
        let (inline, attachments) = message.attachments.iter().partition::<Vec<_>, _>(|a| a.inline);
        let sent = mime::headers(&message.raw)
            .date()
            .map(mail_parser::DateTime::to_rfc3339);
        Self {
            head: Head::of(message),
            return_path: &message.return_path,
            list_unsubscribe: ListUnsubscribe::default(),
            date: sent.unwrap_or_else(|| rfc3339(message.created)),
            text: &message.text,
            html: &message.html,
            inline: inline.into_iter().map(Part::of).collect(),
            attachments: attachments.into_iter().map(Part::of).collect(),
        }
    }
}

impl<'a> Head<'a> {
    fn of(message: &'a Message) -> Self {
        Self {
            id: &message.id,
            message_id: message.message_id.as_deref().unwrap_or_default(),
            from: message.from.as_ref().map(Address::of),
            to: message.to.iter().map(Address::of).collect(),
            cc: [],
            bcc: [],
            reply_to: [],
            subject: &message.subject,
            created: rfc3339(message.created),
            tags: [],
            size: message.raw.len(),
            codes: &message.codes,
        }
    }
}

impl<'a> Part<'a> {
    fn of(attachment: &'a Attachment) -> Self {
        Self {
            id: attachment.part.to_string(),
            file_name: &attachment.file_name,
            content_type: &attachment.content_type,
            content_id: &attachment.content_id,
            size: attachment.size,
        }
    }
}

impl<'a> Address<'a> {
    fn of(address: &'a crate::Address) -> Self {
        Self {
            address: &address.address,
            name: &address.name,
        }
    }
}

fn rfc3339(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}

/// The beginning of the text, on one line.
fn snippet(text: &str) -> String {
    let mut snippet = String::new();
    for word in text.split_whitespace() {
        if !snippet.is_empty() {
            snippet.push(' ');
        }
        snippet.push_str(word);
        if let Some((end, _)) = snippet.char_indices().nth(SNIPPET) {
            snippet.truncate(end);
            break;
        }
    }
    snippet
}

#[cfg(test)]
mod tests {
    use super::snippet;

    #[test]
    fn a_snippet_is_one_short_line() {
        assert_eq!(snippet("  one\n\n two\tthree "), "one two three");
        assert_eq!(snippet(&"\u{e9}".repeat(300)), "\u{e9}".repeat(250));
        assert_eq!(snippet(&"ab ".repeat(300)).chars().count(), 250);
        assert_eq!(snippet(""), "");
    }
}
