//! Faults as JSON: a list of rules such as
//! `[{"stage": "rcpt", "recipient": "*@example.com", "reply": {"code": 450, "text": "busy"}, "times": 2}]`.
//!
//! After them come the rules that addresses have asked for, marked with `"address": true`. They are shown, so that one
//! list has all that fired; sent back, they are passed over.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use crate::{Action, FaultRule, Faults, Stage, faults};

/// A rule: a stage, and exactly one of `reply`, `delay` and `drop`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    stage: StageName,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Reply>,
    /// Such as `3s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    delay: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    drop: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    /// Only answered: how often it has happened. It is taken too, so that an answer can be sent back.
    #[serde(default)]
    fired: u32,
    /// Only answered: whether an address has asked for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    address: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    code: u16,
    #[serde(default = "injected")]
    text: String,
}

fn injected() -> String {
    "injected fault".to_owned()
}

#[derive(Clone, Copy, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum StageName {
    Connect,
    Ehlo,
    Mail,
    Rcpt,
    Data,
    AfterData,
}

pub(super) async fn list(State(faults): State<Faults>) -> Json<Vec<Rule>> {
    let listed = faults.rules().into_iter().map(Rule::from);
    let asked_for = faults.from_addresses().into_iter().map(|rule| Rule {
        address: true,
        ..Rule::from(rule)
    });
    Json(listed.chain(asked_for).collect())
}

/// Any content type is taken: `curl -X PUT -d` does not say JSON.
pub(super) async fn replace(
    State(faults): State<Faults>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Vec<Rule>>, Refusal> {
    let rules: Vec<Rule> = serde_json::from_slice(&body?)
        .map_err(|error| Refusal::bad_request(format!("expected a list of rules: {error}")))?;
    let numbered = (1..).zip(rules).filter(|(_, rule)| !rule.address);
    let rules = numbered.map(|(number, rule)| {
        rule.check()
            .map_err(|reason| Refusal::bad_request(format!("rule {number}: {reason}")))
    });
    faults.set(rules.collect::<Result<_, _>>()?);
    Ok(list(State(faults)).await)
}

impl Rule {
    fn check(self) -> Result<FaultRule, String> {
        let stage = Stage::from(self.stage);
        if self.recipient.is_some() && !stage.knows_recipients() {
            return Err("recipient: no recipient is known before the stage rcpt".to_owned());
        }
        if self.times == Some(0) {
            return Err("times: expected at least 1; leave it out for always".to_owned());
        }
        let action = match (self.reply, self.delay, self.drop) {
            (Some(reply), None, false) => reply.check()?,
            (None, Some(delay), false) => pause(&delay)?,
            (None, None, true) => Action::Drop,
            _ => return Err("expected exactly one of reply, delay and drop".to_owned()),
        };
        Ok(FaultRule {
            stage,
            action,
            times: self.times,
            recipient: self.recipient,
            fired: 0,
        })
    }
}

impl Reply {
    fn check(self) -> Result<Action, String> {
        if !(200..=599).contains(&self.code) {
            return Err("reply.code: expected 200 to 599; from 400 it refuses".to_owned());
        }
        if self.text.contains(|c: char| c.is_control() && c != '\n') {
            return Err("reply.text: expected no control characters but line breaks".to_owned());
        }
        Ok(Action::Reply {
            code: self.code,
            text: self.text,
        })
    }
}

fn pause(delay: &str) -> Result<Action, String> {
    faults::pause(delay)
        .map(Action::Delay)
        .ok_or_else(|| "delay: expected a duration up to 1h, such as 3s or 500ms".to_owned())
}

impl From<FaultRule> for Rule {
    fn from(rule: FaultRule) -> Self {
        let (mut reply, mut delay, mut drop) = (None, None, false);
        match rule.action {
            Action::Reply { code, text } => reply = Some(Reply { code, text }),
            Action::Delay(pause) => delay = Some(humantime::format_duration(pause).to_string()),
            Action::Drop => drop = true,
        }
        Self {
            stage: rule.stage.into(),
            recipient: rule.recipient,
            reply,
            delay,
            drop,
            times: rule.times,
            fired: rule.fired,
            address: false,
        }
    }
}

impl From<StageName> for Stage {
    fn from(name: StageName) -> Self {
        match name {
            StageName::Connect => Self::Connect,
            StageName::Ehlo => Self::Ehlo,
            StageName::Mail => Self::Mail,
            StageName::Rcpt => Self::Rcpt,
            StageName::Data => Self::Data,
            StageName::AfterData => Self::AfterData,
        }
    }
}

impl From<Stage> for StageName {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Connect => Self::Connect,
            Stage::Ehlo => Self::Ehlo,
            Stage::Mail => Self::Mail,
            Stage::Rcpt => Self::Rcpt,
            Stage::Data => Self::Data,
            Stage::AfterData => Self::AfterData,
        }
    }
}
