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
        let text = text.to_owned();
        Self { field, text }
    }

    fn matches(&self, message: &Message) -> bool {
        let is_in = |text: &str| text.to_lowercase().contains(&self.text);
        let names = |address: &Address| is_in(&address.address) || is_in(&address.name);
        let (to, from) = (|| message.to.iter().any(names), || message.from.iter().any(names));
        match self.field {
            Field::To => to(),
            Field::From => from() || is_in(&message.return_path),
            Field::Subject => is_in(&message.subject),
            Field::Any => to() || from() || is_in(&message.subject) || is_in(&message.text),
        }
    }
}

/// Spaces separate the terms; quotes join words into one term: `subject:"your code"`.
fn parse(query: &str) -> Vec<Term> {
    let query = query.to_lowercase();
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
            parse(r#" To:Ada@example.com  subject:"Your code" 10:30 "two words" from: "open"#),
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
