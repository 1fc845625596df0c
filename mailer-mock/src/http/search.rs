use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::error::Refusal;
use super::view::{List, default_limit};
use crate::{Address, Mailbox, Message};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    query: String,
    #[serde(default)]
    start: usize,
    #[serde(default = "default_limit")]
    limit: usize,
}

pub(super) async fn search(
    State(mailbox): State<Mailbox>,
    search: Result<Query<Search>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(Search { query, start, limit }) = search?;
    let terms = parse(&query);
    let mut messages = mailbox.messages();
    let total = messages.len();
    messages.retain(|message| terms.iter().all(|term| term.finds(message)));
    Ok(Json(List::new(total, &messages, start, limit)).into_response())
}

/// What a mail has to contain, in lower case.
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

    fn finds(&self, message: &Message) -> bool {
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

/// Words are separated by spaces, and all have to be found. Quotes keep several together: `subject:"your code"`.
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
    fn queries() {
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
