//! Mails as JSON, in the spelling of Mailpit. `Codes` is our own.

use std::sync::Arc;

use serde::Serialize;
use time::format_description::well_known::Rfc3339;

use crate::Message;

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
    #[serde(rename = "ID")]
    id: &'a str,
    #[serde(rename = "MessageID")]
    message_id: &'a str,
    from: Option<Address<'a>>,
    to: Vec<Address<'a>>,
    subject: &'a str,
    /// RFC 3339, UTC.
    created: String,
    /// Bytes of the raw mail.
    size: usize,
    snippet: String,
    codes: &'a [String],
}

/// A mail by itself.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Detail<'a> {
    #[serde(flatten)]
    summary: Summary<'a>,
    return_path: &'a str,
    text: &'a str,
    #[serde(rename = "HTML")]
    html: &'a str,
}

/// A page of a list.
#[derive(Serialize)]
pub(super) struct List<'a> {
    /// Mails in the mailbox.
    total: usize,
    /// Mails that were asked for: all, or those that match a search.
    messages_count: usize,
    /// How many of them are left out before the first one here.
    start: usize,
    /// How many of them are here.
    count: usize,
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
            messages_count: matching.len(),
            start,
            count: messages.len(),
            messages,
        }
    }
}

impl<'a> Summary<'a> {
    fn of(message: &'a Message) -> Self {
        Self {
            id: &message.id,
            message_id: message.message_id.as_deref().unwrap_or_default(),
            from: message.from.as_ref().map(Address::of),
            to: message.to.iter().map(Address::of).collect(),
            subject: &message.subject,
            created: message.created.format(&Rfc3339).unwrap_or_default(),
            size: message.raw.len(),
            snippet: snippet(&message.text),
            codes: &message.codes,
        }
    }
}

impl<'a> Detail<'a> {
    pub(super) fn of(message: &'a Message) -> Self {
        Self {
            summary: Summary::of(message),
            return_path: &message.return_path,
            text: &message.text,
            html: &message.html,
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
