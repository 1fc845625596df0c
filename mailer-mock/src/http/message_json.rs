//! Messages as JSON with the names of Mailpit, so that its client libraries can read them. `Codes`, `CodesExpire` and
//! `Links` are additions. `Tags` is always empty.

use std::sync::Arc;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

use super::range::Range;
use super::search::Search;
use crate::message::Message;
use crate::mime::{self, Attachment};

/// The most characters of a snippet.
const MAX_SNIPPET: usize = 250;

/// The part of the messages that a search finds.
pub(super) fn list(all: &[Arc<Message>], search: &Search, range: &Range) -> Value {
    let found: Vec<&Message> = all.iter().map(|one| &**one).filter(|one| search.matches(one)).collect();
    let page = found.iter().skip(range.start).take(range.limit);
    let messages: Vec<Value> = page.map(|message| summary(message)).collect();
    json!({
        "total": all.len(),
        "unread": all.iter().filter(|message| !message.read).count(),
        "messages_count": found.len(),
        "messages_unread": found.iter().filter(|message| !message.read).count(),
        "start": range.start,
        "count": messages.len(),
        "tags": [],
        "messages": messages,
    })
}

/// A message in a list.
pub(super) fn summary(message: &Message) -> Value {
    let mut json = common_fields(message);
    json["Read"] = json!(message.read);
    json["Attachments"] = json!(message.attachments.len());
    json["Snippet"] = json!(snippet(&message.text));
    json
}

/// A single message.
pub(super) fn detail(message: &Message) -> Value {
    let fields = mime::fields(mime::split(&message.raw).0);
    let date = OffsetDateTime::parse(value(&fields, "Date"), &Rfc2822);
    let (inline, attachments): (Vec<_>, Vec<_>) = message.attachments.iter().partition(|a| a.inline);
    let parts = |parts: Vec<_>| parts.into_iter().map(part).collect::<Vec<_>>();
    let mut json = common_fields(message);
    json["ReturnPath"] = json!(message.return_path);
    json["ListUnsubscribe"] = list_unsubscribe(&fields);
    json["Date"] = json!(rfc3339(date.unwrap_or(message.created)));
    json["Text"] = json!(message.text);
    json["HTML"] = json!(message.html);
    json["Inline"] = json!(parts(inline));
    json["Attachments"] = json!(parts(attachments));
    json
}

fn common_fields(message: &Message) -> Value {
    let [to, cc, bcc] = message.shown_recipients();
    json!({
        "ID": message.id,
        "MessageID": message.message_id.as_deref().unwrap_or_default(),
        "From": message.from,
        "To": to,
        "Cc": cc,
        "Bcc": bcc,
        "ReplyTo": message.reply_to,
        "Subject": message.subject,
        "Created": rfc3339(message.created),
        "Tags": [],
        "Size": message.raw.len(),
        "Codes": message.codes,
        "CodesExpire": message.code_expires.map(rfc3339),
        "Links": message.links,
    })
}

/// `Errors` is for the checks of Mailpit.
fn list_unsubscribe(fields: &[(String, String)]) -> Value {
    let header = value(fields, "List-Unsubscribe");
    json!({
        "Header": header,
        "HeaderPost": value(fields, "List-Unsubscribe-Post"),
        "Links": bracketed_links(header),
        "Errors": "",
    })
}

/// The value of the first field with this name.
fn value<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    let field = fields.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    field.map_or("", |(_, value)| value)
}

/// The links between angle brackets (RFC 2369).
fn bracketed_links(header: &str) -> Vec<String> {
    let links = header.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
    let links = links.map(|(link, _)| link.replace(char::is_whitespace, ""));
    links.filter(|link| !link.is_empty()).collect()
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
    let spaced = text.split_whitespace().flat_map(|word| [" ", word]);
    spaced.flat_map(str::chars).skip(1).take(MAX_SNIPPET).collect()
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
