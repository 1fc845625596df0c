use axum::Json;
use axum::extract::{FromRequestParts, Query, State};
use serde::Deserialize;
use serde_json::Value;

use super::error::HttpError;
use super::message_json::{self, default_limit};
use crate::mailbox::Mailbox;
use crate::message::{Address, Message};

#[derive(Deserialize, FromRequestParts)]
#[from_request(via(Query), rejection(HttpError))]
#[serde(deny_unknown_fields)]
pub(super) struct SearchQuery {
    query: String,
    #[serde(default)]
    start: usize,
    #[serde(default = "default_limit")]
    limit: usize,
}

pub(super) async fn search(State(mailbox): State<Mailbox>, search: SearchQuery) -> Json<Value> {
    let terms = parse(&search.query);
    let mut messages = mailbox.messages();
    let total = messages.len();
    messages.retain(|message| terms.iter().all(|term| term.matches(message)));
    Json(message_json::list(total, &messages, search.start, search.limit))
}

/// What a message must contain, in lower case.
#[derive(Debug, PartialEq, Eq)]
struct Term {
    field: Field,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Any,
    To,
    From,
    Subject,
}

impl Term {
    fn new(field: Field, text: &str) -> Self {
        Self {
            field,
            text: text.to_lowercase(),
        }
    }

    fn matches(&self, message: &Message) -> bool {
        match self.field {
            Field::To => self.in_addresses(&message.to),
            Field::From => self.in_addresses(message.from.as_slice()) || self.is_in(&message.return_path),
            Field::Subject => self.is_in(&message.subject),
            Field::Any => {
                self.in_addresses(&message.to)
                    || self.in_addresses(message.from.as_slice())
                    || self.is_in(&message.subject)
                    || self.is_in(&message.text)
            }
        }
    }

    fn in_addresses(&self, addresses: &[Address]) -> bool {
        addresses
            .iter()
            .any(|address| self.is_in(&address.address) || self.is_in(&address.name))
    }

    fn is_in(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.text)
    }
}

/// Spaces separate the terms; quotes join words into one term: `subject:"your code"`.
fn parse(query: &str) -> Vec<Term> {
    let mut quoted = false;
    let words = query.split(|c: char| {
        quoted ^= c == '"';
        c.is_whitespace() && !quoted
    });
    words
        .map(|word| word.replace('"', ""))
        .filter(|word| !word.is_empty())
        .map(|word| match word.split_once(':') {
            Some(("to", text)) => Term::new(Field::To, text),
            Some(("from", text)) => Term::new(Field::From, text),
            Some(("subject", text)) => Term::new(Field::Subject, text),
            _ => Term::new(Field::Any, &word),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_queries() {
        assert_eq!(
            parse(r#" to:Ada@example.com  subject:"Your code" 10:30 "two words" from: "open"#),
            [
                Term::new(Field::To, "ada@example.com"),
                Term::new(Field::Subject, "your code"),
                Term::new(Field::Any, "10:30"),
                Term::new(Field::Any, "two words"),
                Term::new(Field::From, ""),
                Term::new(Field::Any, "open"),
            ]
        );
        assert_eq!(parse(r#" "" "#), []);
    }
}
