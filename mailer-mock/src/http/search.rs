//! The search, with the words of Mailpit: `from:ada -subject:"your code" has:attachment`.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use unicode_normalization::UnicodeNormalization;

use crate::message::{Address, MAX_ADDRESS, Message};

/// The terms of a query, which must all match.
#[derive(Default)]
pub(super) struct Search(Vec<Term>);

struct Term {
    excluded: bool,
    matches: Condition,
}

/// The names before a colon.
const FIELDS: &str = "addressed after bcc before cc from has is larger message-id reply-to smaller subject to";

/// How many terms a query may have. Each looks through every email.
const MAX_TERMS: usize = 20;

/// Names that people know from other programs.
const UNSUPPORTED: &str = "body date filename label size tag";

type Condition = Box<dyn Fn(&Message) -> bool>;

impl Search {
    /// Spaces separate the terms; quotes join words into one term: `subject:"your code"`. The error names the term.
    pub(super) fn parse(query: &str) -> Result<Self, String> {
        let mut quoted = false;
        let terms = query.split(|c: char| {
            quoted ^= c == '"';
            c.is_whitespace() && !quoted
        });
        let terms = terms.map(Term::parse).filter_map(Result::transpose);
        let terms: Vec<_> = terms.take(MAX_TERMS + 1).collect::<Result<_, _>>()?;
        if terms.len() > MAX_TERMS {
            return Err(format!(
                "query: expected at most {MAX_TERMS} words; quotes join words into one"
            ));
        }
        Ok(Self(terms))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn matches(&self, message: &Message) -> bool {
        self.0.iter().all(|term| (term.matches)(message) != term.excluded)
    }
}

impl Term {
    /// Returns `None` for a term that is not typed to its end, such as `subject:`.
    fn parse(term: &str) -> Result<Option<Self>, String> {
        let rest = term.strip_prefix(['-', '!']).filter(|rest| !rest.is_empty());
        let (excluded, term) = (rest.is_some(), rest.unwrap_or(term));
        let named = term.split_once(':').filter(|(name, value)| {
            let is_one_of = |names: &str| names.split(' ').any(|one| name.eq_ignore_ascii_case(one));
            is_one_of(FIELDS) || is_one_of(UNSUPPORTED) && !value.is_empty()
        });
        // Other text may contain a colon, such as `localhost:8025` or `Re:`.
        let (name, value) = named.unwrap_or(("", term));
        let matches = condition(&name.to_ascii_lowercase(), &value.replace('"', ""))?;
        Ok(matches.map(|matches| Self { excluded, matches }))
    }
}

fn condition(name: &str, value: &str) -> Result<Option<Condition>, String> {
    let wrong = |expected: &str| format!("query: {name}:{value}: expected {expected}");
    let date = || parse_date(value).ok_or_else(|| wrong("a date, such as 2026-01-31 or 2026-01-31T12:00:00Z"));
    let size = || parse_size(value).ok_or_else(|| wrong("a size in bytes, such as 500, 20k or 1M"));
    let field: fn(&Message) -> Vec<&str> = match name {
        "" => anything,
        "addressed" => addressed,
        "to" => |message| texts(message.to.iter().chain(&message.header_to)),
        "cc" => |message| texts(&message.cc),
        "bcc" => |message| texts(message.shown_recipients()[2].iter().copied()),
        "from" => |message| [texts(&message.from), vec![&message.return_path]].concat(),
        "reply-to" => |message| texts(&message.reply_to),
        "subject" => |message| vec![&message.subject],
        "message-id" => |message| message.message_id.as_deref().into_iter().collect(),
        _ => {
            let condition: Condition = match (name, &*value.to_ascii_lowercase()) {
                ("is", "read") => Box::new(|message| message.read),
                ("is", "unread") => Box::new(|message| !message.read),
                ("has", "attachment" | "attachments") => Box::new(|message| !message.attachments.is_empty()),
                ("has", "inline") => Box::new(|message| message.attachments.iter().any(|one| one.inline)),
                ("is" | "has", _) => return Err(wrong("is:read, is:unread, has:attachment or has:inline")),
                ("before", _) => date().map(|time| Box::new(move |message: &Message| message.created < time))?,
                ("after", _) => date().map(|time| Box::new(move |message: &Message| message.created >= time))?,
                ("larger", _) => size().map(|size| Box::new(move |message: &Message| message.raw.len() > size))?,
                ("smaller", _) => size().map(|size| Box::new(move |message: &Message| message.raw.len() < size))?,
                _ => {
                    return Err(format!(
                        "query: {name}: is not supported; write \"{name}:{value}\" in quotes to find the text"
                    ));
                }
            };
            return Ok(Some(condition));
        }
    };
    let value = fold(value);
    if value.is_empty() {
        return Ok(None);
    }
    Ok(Some(Box::new(move |message| {
        field(message).into_iter().any(|text| fold(text).contains(&value))
    })))
}

fn texts<'a>(addresses: impl IntoIterator<Item = &'a Address>) -> Vec<&'a str> {
    addresses
        .into_iter()
        .flat_map(|one| [&*one.address, &*one.name])
        .collect()
}

fn addressed(message: &Message) -> Vec<&str> {
    let recipients = message.to.iter().chain(&message.header_to).chain(&message.cc);
    texts(recipients.chain(&message.from).chain(&message.reply_to))
}

fn anything(message: &Message) -> Vec<&str> {
    let files = message
        .attachments
        .iter()
        .map(|attachment| attachment.file_name.as_str());
    let texts = addressed(message)
        .into_iter()
        .chain([&*message.subject, &*message.text]);
    texts.chain(files).collect()
}

/// Texts are compared without case, and without regard to how an accent is encoded, or the international domain of an
/// address.
fn fold(text: &str) -> String {
    if text.len() <= MAX_ADDRESS && text.contains("xn--") {
        let parts: Vec<String> = text.split('@').map(|part| idna::domain_to_unicode(part).0).collect();
        parts.join("@")
    } else if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.nfkc().collect::<String>().to_lowercase()
    }
}

/// A day begins at midnight UTC.
fn parse_date(text: &str) -> Option<OffsetDateTime> {
    let day = format!("{}T00:00:00Z", text.replace('/', "-"));
    let parse = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    parse(text).or_else(|| parse(&day))
}

fn parse_size(text: &str) -> Option<usize> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &*text[number.len()..].to_ascii_lowercase() {
        "" | "b" => 1,
        "k" | "kb" => 1024,
        "m" | "mb" => 1024 * 1024,
        _ => return None,
    };
    number.parse::<usize>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_not_decoded() {
        assert_eq!(fold("Ada@xn--bcher-kva.example"), "ada@b\u{fc}cher.example");
        let long = "xn--bcher-kva.".repeat(MAX_ADDRESS);
        assert_eq!(fold(&long.to_uppercase()), long);
        assert_eq!(fold(&long), long);
    }
}
