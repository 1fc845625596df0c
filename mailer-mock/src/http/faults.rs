//! Faults as JSON: a list of rules such as
//! `[{"stage": "rcpt", "recipient": "*@example.com", "reply": {"code": 450, "text": "busy"}, "times": 2}]`.
//!
//! The rules from addresses follow, marked with `"address": true`. They are ignored in a request.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::error::{HttpError, parse_body};
use super::request_body::RequestBody;
use crate::faults::{self, Action, FaultRule, Faults, Stage};

/// A rule: a stage, and exactly one of `reply`, `delay` and `drop`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    stage: Stage,
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
    /// In responses only: how many times it fired. Accepted in a request, so that a response can be sent back.
    #[serde(default)]
    fired: u32,
    /// In responses only: whether the rule is from an address.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    address: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    code: u16,
    #[serde(default = "default_text")]
    text: String,
}

fn default_text() -> String {
    "injected fault".to_owned()
}

pub(super) async fn list(State(faults): State<Faults>) -> Json<Vec<Rule>> {
    let rules = faults.rules().into_iter().map(|rule| Rule::new(rule, false));
    let address_rules = faults.address_rules().into_iter().map(|rule| Rule::new(rule, true));
    Json(rules.chain(address_rules).collect())
}

pub(super) async fn replace(
    State(faults): State<Faults>,
    RequestBody(body): RequestBody,
) -> Result<Json<Vec<Rule>>, HttpError> {
    let rules: Vec<Rule> = parse_body(&body, "a list of rules")?;
    let numbered = (1..).zip(rules).filter(|(_, rule)| !rule.address);
    let rules = numbered.map(|(number, rule)| {
        rule.validate()
            .map_err(|reason| HttpError::bad_request(format!("rule {number}: {reason}")))
    });
    faults.set(rules.collect::<Result<_, _>>()?);
    Ok(list(State(faults)).await)
}

impl Rule {
    fn new(rule: FaultRule, address: bool) -> Self {
        let (mut reply, mut delay, mut drop) = (None, None, false);
        match rule.action {
            Action::Reply { code, text } => reply = Some(Reply { code, text }),
            Action::Delay(time) => delay = Some(humantime::format_duration(time).to_string()),
            Action::Drop => drop = true,
        }
        Self {
            stage: rule.stage,
            recipient: rule.recipient,
            reply,
            delay,
            drop,
            times: rule.times,
            fired: rule.fired,
            address,
        }
    }

    fn validate(self) -> Result<FaultRule, &'static str> {
        if self.recipient.is_some() && !self.stage.has_recipients() {
            return Err("recipient: only valid at the stages rcpt, data and after-data");
        }
        if self.times == Some(0) {
            return Err("times: expected at least 1; omit it for always");
        }
        let action = match (self.reply, self.delay, self.drop) {
            (Some(reply), None, false) => reply.validate()?,
            (None, Some(delay), false) => faults::parse_delay(&delay)
                .map(Action::Delay)
                .ok_or("delay: expected a duration up to 1h, such as 3s or 500ms")?,
            (None, None, true) => Action::Drop,
            _ => return Err("expected exactly one of reply, delay and drop"),
        };
        Ok(FaultRule {
            stage: self.stage,
            action,
            times: self.times,
            recipient: self.recipient,
            fired: 0,
        })
    }
}

impl Reply {
    fn validate(self) -> Result<Action, &'static str> {
        if !(200..=599).contains(&self.code) {
            return Err("reply.code: expected 200 to 599");
        }
        if self.text.contains(|c: char| c.is_control() && c != '\n') {
            return Err("reply.text: expected no control characters except line breaks");
        }
        Ok(Action::Reply {
            code: self.code,
            text: self.text,
        })
    }
}
