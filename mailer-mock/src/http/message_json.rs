//! Messages as JSON with the names of Mailpit, so that its client libraries can read them. `Codes` is an addition.
//!
//! The fields of Mailpit without a value here are empty: `Cc`, `Bcc` and `ReplyTo` (`To` has all recipients in the envelope,
//! the headers have their own route), `ListUnsubscribe`, `Tags` and `Read`.

use std::sync::Arc;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

use crate::message::{Address, Message};
use crate::mime::{self, Attachment};

/// The most characters of a snippet.
const MAX_SNIPPET: usize = 250;

/// The length of a list without a `limit` in the request, as in Mailpit.
pub(super) fn default_limit() -> usize {
    50
}

/// A part of a list. `total` is the number of messages in the mailbox, `matching` those that were requested.
pub(super) fn list(total: usize, matching: &[Arc<Message>], start: usize, limit: usize) -> Value {
    let page = matching.iter().skip(start).take(limit);
    let messages: Vec<Value> = page.map(|message| summary(message)).collect();
    json!({
        "total": total,
        "unread": total,
        "messages_count": matching.len(),
        "messages_unread": matching.len(),
        "start": start,
        "count": messages.len(),
        "tags": [],
        "messages": messages,
    })
}

/// A message in a list.
pub(super) fn summary(message: &Message) -> Value {
    let mut json = common_fields(message);
    json["Read"] = json!(false);
    json["Attachments"] = json!(message.attachments.len());
    json["Snippet"] = json!(snippet(&message.text));
    json
}

/// A single message.
pub(super) fn detail(message: &Message) -> Value {
    let fields = mime::fields(mime::split(&message.raw).0);
    let date = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("date"));
    let date = date.and_then(|(_, date)| OffsetDateTime::parse(date, &Rfc2822).ok());
    let (inline, attachments): (Vec<_>, Vec<_>) = message.attachments.iter().partition(|a| a.inline);
    let parts = |parts: Vec<_>| parts.into_iter().map(part).collect::<Vec<_>>();
    let mut json = common_fields(message);
    json["ReturnPath"] = json!(message.return_path);
    json["ListUnsubscribe"] = json!({ "Links": [] });
    json["Date"] = json!(rfc3339(date.unwrap_or(message.created)));
    json["Text"] = json!(message.text);
    json["HTML"] = json!(message.html);
    json["Inline"] = json!(parts(inline));
    json["Attachments"] = json!(parts(attachments));
    json
}

fn common_fields(message: &Message) -> Value {
    json!({
        "ID": message.id,
        "MessageID": message.message_id.as_deref().unwrap_or_default(),
        "From": message.from.as_ref().map(address),
        "To": message.to.iter().map(address).collect::<Vec<_>>(),
        "Cc": [],
        "Bcc": [],
        "ReplyTo": [],
        "Subject": message.subject,
        "Created": rfc3339(message.created),
        "Tags": [],
        "Size": message.raw.len(),
        "Codes": message.codes,
    })
}

fn address(address: &Address) -> Value {
    json!({ "Address": address.address, "Name": address.name })
}

fn part(attachment: &Attachment) -> Value {
    json!({
        "PartID": attachment.part.to_string(),
        "FileName": attachment.file_name,
        "ContentType": attachment.content_type,
        "ContentID": attachment.content_id,
        "Size": attachment.size,
    })
}

fn rfc3339(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}

/// The start of the text, on one line.
fn snippet(text: &str) -> String {
    let mut snippet = String::new();
    for word in text.split_whitespace() {
        if !snippet.is_empty() {
            snippet.push(' ');
        }
        snippet.push_str(word);
        if let Some((end, _)) = snippet.char_indices().nth(MAX_SNIPPET) {
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
    fn snippet_is_one_short_line() {
        assert_eq!(snippet("  one\n\n two\tthree "), "one two three");
        assert_eq!(snippet(&"\u{e9}".repeat(300)), "\u{e9}".repeat(250));
        assert_eq!(snippet(&"ab ".repeat(300)).chars().count(), 250);
        assert_eq!(snippet(""), "");
    }
}
