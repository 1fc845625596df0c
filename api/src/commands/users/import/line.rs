//! The form of a line: a JSON object with `email`, `hash`, and more that is optional.

use entity::{HiddenText, Timestamp};
use sea_orm::prelude::Uuid;
use serde_json::{Map, Value};

use crate::accounts::ImportedUser;
use crate::clock::MAX_SKEW;
use crate::credentials::{EmailAddress, InvalidHash, check_hash};
use crate::random::{self, Random};

/// The longest language tag.
const MAX_LOCALE: usize = 35;

/// What a line says.
#[derive(Debug)]
pub(super) enum Line {
    Empty,
    /// A person who has not proved their mailbox.
    Inactive,
    User(Box<ImportedUser>),
}

/// Why a line is refused. It quotes nothing of the line, which may be a hash.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum InvalidLine {
    #[error("longer than 16 KiB")]
    TooLong,
    #[error("not a JSON object (byte {0})")]
    NotJson(usize),
    #[error("a field is unknown; known are id, email, hash, created, activated, active, disabled and locale")]
    UnknownField,
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{0} is not {1}")]
    WrongValue(&'static str, &'static str),
    #[error("{0} is before 1970 or in the future")]
    OutOfRange(&'static str),
    #[error("{0}")]
    Hash(#[from] InvalidHash),
    #[error("another address has this id")]
    IdTaken,
}

pub(super) fn parse(line: &[u8], now: Timestamp, random: &dyn Random) -> Result<Line, InvalidLine> {
    if line.trim_ascii().is_empty() {
        return Ok(Line::Empty);
    }
    let fields = serde_json::from_slice(line).map_err(|error| InvalidLine::NotJson(error.column()))?;
    let mut fields = Fields { fields, now };
    let email = fields.required_text("email")?;
    let email = EmailAddress::parse(&email).map_err(|_| wrong("email", "a valid email address"))?;
    let password_hash = fields.required_text("hash")?;
    check_hash(&password_hash)?;
    let created_at = fields.instant("created")?.unwrap_or(now);
    let activated_at = fields.instant("activated")?.unwrap_or(created_at);
    let disabled_at = fields.disabled()?;
    let is_active = fields.boolean("active")?.unwrap_or(true);
    let id = fields.id()?.unwrap_or_else(|| random::uuid(random, created_at));
    let locale = fields.locale()?;
    if !fields.fields.is_empty() {
        return Err(InvalidLine::UnknownField);
    }
    if !is_active {
        return Ok(Line::Inactive);
    }
    Ok(Line::User(Box::new(ImportedUser {
        id,
        email,
        password_hash: HiddenText(password_hash),
        locale,
        created_at,
        activated_at,
        disabled_at,
    })))
}

fn wrong(name: &'static str, expected: &'static str) -> InvalidLine {
    InvalidLine::WrongValue(name, expected)
}

/// The fields that were not read yet. A field that is null counts as missing.
struct Fields {
    fields: Map<String, Value>,
    now: Timestamp,
}

impl Fields {
    fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    fn text(&mut self, name: &'static str) -> Result<Option<String>, InvalidLine> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(name, "a string")),
        }
    }

    fn required_text(&mut self, name: &'static str) -> Result<String, InvalidLine> {
        self.text(name)?.ok_or(InvalidLine::Missing(name))
    }

    fn boolean(&mut self, name: &'static str) -> Result<Option<bool>, InvalidLine> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(_) => Err(wrong(name, "true or false")),
        }
    }

    fn instant(&mut self, name: &'static str) -> Result<Option<Timestamp>, InvalidLine> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let instant =
            Timestamp::parse_rfc3339(&text).ok_or(wrong(name, "an RFC 3339 timestamp such as 2026-11-22T14:13:21Z"))?;
        if instant < Timestamp::from_millis(0) || instant > self.now + MAX_SKEW {
            return Err(InvalidLine::OutOfRange(name));
        }
        Ok(Some(instant))
    }

    /// When the user was disabled; `true` means now.
    fn disabled(&mut self) -> Result<Option<Timestamp>, InvalidLine> {
        match self.fields.get("disabled") {
            Some(Value::Bool(_)) => {
                let is_disabled = self.boolean("disabled")?.unwrap_or(false);
                Ok(is_disabled.then_some(self.now))
            }
            _ => self.instant("disabled"),
        }
    }

    fn id(&mut self) -> Result<Option<Uuid>, InvalidLine> {
        let id = self.text("id")?.map(|text| Uuid::try_parse(&text));
        let id = id.transpose().map_err(|_| wrong("id", "a UUID"))?;
        // The pages of a list begin after it.
        match id {
            Some(id) if id.is_nil() => Err(wrong("id", "a UUID")),
            id => Ok(id),
        }
    }

    fn locale(&mut self) -> Result<Option<String>, InvalidLine> {
        let locale = self.text("locale")?;
        let is_tag = |tag: &String| {
            tag.len() <= MAX_LOCALE
                && tag
                    .split('-')
                    .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        };
        if locale.as_ref().is_some_and(|tag| !is_tag(tag)) {
            return Err(wrong("locale", "a language tag such as de or pt-BR"));
        }
        Ok(locale)
    }
}

#[cfg(test)]
mod tests;
