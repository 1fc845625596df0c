use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::glob;

/// The failures that the SMTP side plays on purpose, so that a sender's handling of them can be tested.
///
/// Rules are looked at in their order each time a client reaches a stage. A delay pauses and lets the rules after it
/// speak too; the first reply or drop decides. Commands that would be refused anyway, such as RCPT before MAIL, reach
/// no stage and use up no rule.
///
/// Clones share one set of rules.
///
/// ```
/// use mailer_mock::{Action, FaultRule, Faults, Stage};
///
/// fn busy_twice(faults: &Faults) {
///     faults.set(vec![FaultRule {
///         times: Some(2),
///         recipient: Some("*@example.com".to_owned()),
///         ..FaultRule::new(Stage::Rcpt, Action::Reply { code: 450, text: "busy".to_owned() })
///     }]);
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults {
    rules: Arc<Mutex<Vec<FaultRule>>>,
}

/// One failure, and when it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultRule {
    /// Where in the dialogue.
    pub stage: Stage,
    /// What happens.
    pub action: Action,
    /// How often; `None` is always.
    pub times: Option<u32>,
    /// For whom: an address, in any case, in which `*` stands for any run of characters; `None` is everyone. At
    /// [`Stage::Rcpt`] it is compared with that recipient, at [`Stage::Data`] and [`Stage::AfterData`] one of the
    /// accepted recipients has to match. At the stages before, where no recipient is known, such a rule never fires.
    pub recipient: Option<String>,
    /// How often it has happened. [`Faults::set`] begins at 0, whatever is given here.
    pub fired: u32,
}

impl FaultRule {
    /// A rule for everyone, always.
    #[must_use]
    pub fn new(stage: Stage, action: Action) -> Self {
        Self {
            stage,
            action,
            times: None,
            recipient: None,
            fired: 0,
        }
    }
}

/// Where in the dialogue a failure happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The client has connected and awaits the greeting.
    Connect,
    /// EHLO or HELO.
    Ehlo,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA, before the content is asked for.
    Data,
    /// The final dot was received. The mail is complete, and whether it is stored depends on the action:
    ///
    /// - [`Action::Drop`]: it **is** stored, and the connection closed without a reply. The receiver has it, and the
    ///   sender never learns: sent again, it is there twice.
    /// - [`Action::Reply`] from 400: it is **not** stored.
    /// - [`Action::Reply`] below 400: it is stored.
    /// - [`Action::Delay`]: it is stored when the pause is over (unless a later rule refuses it), also when the client
    ///   has left meanwhile.
    AfterData,
}

/// What a failure does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Answers this in place of the usual reply. From 400 the command has no effect; after 421 the connection is
    /// closed. Below 400 only the words differ.
    Reply {
        /// The reply code of RFC 5321, section 4.2.
        code: u16,
        /// What follows the code; a line break makes a reply of several lines.
        text: String,
    },
    /// Answers later.
    Delay(Duration),
    /// Closes the connection without an answer.
    Drop,
}

/// What the rules say at a stage.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The pause before the outcome.
    pub(crate) delay: Duration,
    pub(crate) outcome: Outcome,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As if there were no rules.
    Usual,
    Reply {
        code: u16,
        text: String,
    },
    Drop,
}

impl Faults {
    /// Puts these rules in place of the ones before, none of them used yet. An empty list ends all failures.
    pub fn set(&self, mut rules: Vec<FaultRule>) {
        for rule in &mut rules {
            rule.fired = 0;
        }
        *self.lock() = rules;
    }

    /// The rules, with the number of times that each fired.
    #[must_use]
    pub fn rules(&self) -> Vec<FaultRule> {
        self.lock().clone()
    }

    /// What happens at this stage, counted as having happened.
    pub(crate) fn consult(&self, stage: Stage, recipients: &[String]) -> Verdict {
        let mut verdict = Verdict {
            delay: Duration::ZERO,
            outcome: Outcome::Usual,
        };
        for rule in self.lock().iter_mut() {
            if !rule.applies(stage, recipients) {
                continue;
            }
            rule.fired = rule.fired.saturating_add(1);
            match &rule.action {
                Action::Delay(pause) => verdict.delay = verdict.delay.saturating_add(*pause),
                Action::Reply { code, text } => {
                    verdict.outcome = Outcome::Reply {
                        code: *code,
                        text: text.clone(),
                    };
                    break;
                }
                Action::Drop => {
                    verdict.outcome = Outcome::Drop;
                    break;
                }
            }
        }
        verdict
    }

    fn lock(&self) -> MutexGuard<'_, Vec<FaultRule>> {
        // The rules are never left half changed, so a panic elsewhere does not spoil them.
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FaultRule {
    fn applies(&self, stage: Stage, recipients: &[String]) -> bool {
        let concerns = |pattern: &String| recipients.iter().any(|to| glob::matches(pattern, to));
        self.stage == stage
            && self.times.is_none_or(|times| self.fired < times)
            && self.recipient.as_ref().is_none_or(concerns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16) -> Action {
        Action::Reply {
            code,
            text: String::new(),
        }
    }

    fn outcome(faults: &Faults, stage: Stage, recipients: &[&str]) -> Outcome {
        let recipients: Vec<String> = recipients.iter().map(|&to| to.to_owned()).collect();
        faults.consult(stage, &recipients).outcome
    }

    #[test]
    fn a_rule_fires_as_often_as_it_says() {
        let faults = Faults::default();
        faults.set(vec![FaultRule {
            times: Some(2),
            fired: 7,
            ..FaultRule::new(Stage::Mail, Action::Drop)
        }]);
        assert_eq!(outcome(&faults, Stage::Ehlo, &[]), Outcome::Usual);
        assert_eq!(outcome(&faults, Stage::Mail, &[]), Outcome::Drop);
        assert_eq!(outcome(&faults, Stage::Mail, &[]), Outcome::Drop);
        assert_eq!(outcome(&faults, Stage::Mail, &[]), Outcome::Usual);
        assert_eq!(faults.rules()[0].fired, 2);
    }

    #[test]
    fn delays_add_up_and_the_first_reply_decides() {
        let second = Duration::from_secs(1);
        let faults = Faults::default();
        faults.set(vec![
            FaultRule::new(Stage::Mail, Action::Delay(second)),
            FaultRule::new(Stage::Mail, Action::Delay(second)),
            FaultRule::new(Stage::Mail, reply(450)),
            FaultRule::new(Stage::Mail, Action::Drop),
        ]);
        let verdict = faults.consult(Stage::Mail, &[]);
        assert_eq!(verdict.delay, 2 * second);
        assert!(matches!(verdict.outcome, Outcome::Reply { code: 450, .. }));
        let fired: Vec<u32> = faults.rules().iter().map(|rule| rule.fired).collect();
        assert_eq!(fired, [1, 1, 1, 0]);
    }

    #[test]
    fn a_rule_can_be_for_some_recipients() {
        let faults = Faults::default();
        let for_example = |stage| FaultRule {
            recipient: Some("*@example.com".to_owned()),
            ..FaultRule::new(stage, Action::Drop)
        };
        faults.set(vec![for_example(Stage::AfterData), for_example(Stage::Mail)]);
        let to = |recipients: &[&str]| outcome(&faults, Stage::AfterData, recipients);
        assert_eq!(to(&["a@example.org"]), Outcome::Usual);
        assert_eq!(to(&["a@example.org", "b@EXAMPLE.com"]), Outcome::Drop);
        assert_eq!(outcome(&faults, Stage::Mail, &[]), Outcome::Usual);
    }
}
