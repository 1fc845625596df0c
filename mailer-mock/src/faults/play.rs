use std::collections::VecDeque;
use std::time::Duration;

use super::{Action, FaultRule, Stage, asked_for_by};
use crate::glob;

/// For how many addresses it is remembered what they asked for. Whoever sends can make up any number.
const MAX_ADDRESSES: usize = 1_000;

/// What is to go wrong.
#[derive(Debug, Default)]
pub(super) struct Rules {
    listed: Vec<FaultRule>,
    /// Those who asked first come first.
    asked_for: VecDeque<Asked>,
}

/// What one address has asked for.
#[derive(Debug)]
struct Asked {
    /// In lower case.
    address: String,
    rules: Vec<FaultRule>,
}

/// What the rules say at a stage.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The pause before the outcome.
    pub(crate) delay: Duration,
    pub(crate) outcome: Outcome,
    /// How many rules have fired.
    pub(super) fired: u64,
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

impl Rules {
    pub(super) fn new(mut listed: Vec<FaultRule>) -> Self {
        for rule in &mut listed {
            rule.fired = 0;
        }
        Self {
            listed,
            asked_for: VecDeque::new(),
        }
    }

    pub(super) fn listed(&self) -> &[FaultRule] {
        &self.listed
    }

    pub(super) fn asked_for(&self) -> impl Iterator<Item = &FaultRule> {
        self.asked_for.iter().flat_map(|asked| &asked.rules)
    }

    pub(super) fn consult(&mut self, stage: Stage, recipients: &[String]) -> Verdict {
        let lower: Vec<String> = recipients.iter().map(|to| to.to_lowercase()).collect();
        for address in &lower {
            self.remember(address);
        }
        let listed = self.listed.iter_mut().filter(|rule| rule.concerns(recipients));
        let asked_for = self.asked_for.iter_mut();
        let asked_for = asked_for.filter(|asked| lower.contains(&asked.address));
        let asked_for = asked_for.flat_map(|asked| &mut asked.rules);
        play(listed.chain(asked_for), stage)
    }

    /// So that what an address asks for is counted from one connection to the next.
    fn remember(&mut self, address: &str) {
        let rules = asked_for_by(address).unwrap_or_default();
        if rules.is_empty() || self.asked_for.iter().any(|asked| asked.address == address) {
            return;
        }
        if self.asked_for.len() == MAX_ADDRESSES {
            self.asked_for.pop_front();
        }
        let address = address.to_owned();
        self.asked_for.push_back(Asked { address, rules });
    }
}

fn play<'a>(rules: impl Iterator<Item = &'a mut FaultRule>, stage: Stage) -> Verdict {
    let mut verdict = Verdict {
        delay: Duration::ZERO,
        outcome: Outcome::Usual,
        fired: 0,
    };
    for rule in rules.filter(|rule| rule.is_due(stage)) {
        rule.fired = rule.fired.saturating_add(1);
        verdict.fired += 1;
        match &rule.action {
            Action::Delay(pause) => verdict.delay = verdict.delay.saturating_add(*pause),
            Action::Reply { code, text } => {
                let (code, text) = (*code, text.clone());
                verdict.outcome = Outcome::Reply { code, text };
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

impl FaultRule {
    fn is_due(&self, stage: Stage) -> bool {
        self.stage == stage && self.times.is_none_or(|times| self.fired < times)
    }

    fn concerns(&self, recipients: &[String]) -> bool {
        let is_one = |pattern: &String| recipients.iter().any(|to| glob::matches(pattern, to));
        self.recipient.as_ref().is_none_or(is_one)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Faults;
    use super::*;
    use crate::Action;

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

    #[test]
    fn an_address_asks_for_its_own_failures_and_is_counted_alone() {
        let faults = Faults::default();
        let rcpt = |to: &str| outcome(&faults, Stage::Rcpt, &[to]);
        for to in ["bob+451x2@example.com", "BOB+451X2@Example.com"] {
            assert!(matches!(rcpt(to), Outcome::Reply { code: 451, .. }), "{to}");
        }
        assert_eq!(rcpt("bob+451x2@example.com"), Outcome::Usual);
        assert!(matches!(
            rcpt("ada+451x2@example.com"),
            Outcome::Reply { code: 451, .. }
        ));
        assert_eq!(rcpt("bob+newsletter@example.com"), Outcome::Usual);

        let fired: Vec<_> = faults.from_addresses().into_iter().map(|rule| rule.fired).collect();
        assert_eq!(fired, [2, 1]);
        assert_eq!(faults.fired(), 3);
        faults.set(Vec::new());
        assert_eq!(faults.from_addresses(), []);
        assert!(matches!(
            rcpt("bob+451x2@example.com"),
            Outcome::Reply { code: 451, .. }
        ));
    }

    #[test]
    fn an_address_among_several_asks_for_all_of_them() {
        let faults = Faults::default();
        let recipients = ["ada@example.com", "bob+drop-after-data@example.com"];
        assert_eq!(outcome(&faults, Stage::Rcpt, &recipients[1..]), Outcome::Usual);
        assert_eq!(outcome(&faults, Stage::AfterData, &recipients[..1]), Outcome::Usual);
        assert_eq!(outcome(&faults, Stage::AfterData, &recipients), Outcome::Drop);
    }

    #[test]
    fn listed_rules_speak_before_those_of_addresses() {
        let faults = Faults::default();
        faults.set(vec![FaultRule::new(Stage::Rcpt, reply(550))]);
        let first = outcome(&faults, Stage::Rcpt, &["bob+451@example.com"]);
        assert!(matches!(first, Outcome::Reply { code: 550, .. }));
        assert_eq!(faults.from_addresses()[0].fired, 0);
    }

    #[test]
    fn a_thousand_addresses_are_remembered() {
        let faults = Faults::default();
        for number in 0..1_001 {
            outcome(&faults, Stage::Rcpt, &[&format!("{number}+451x1@example.com")]);
        }
        let remembered = faults.from_addresses();
        assert_eq!(remembered.len(), 1_000);
        assert_eq!(remembered[0].recipient.as_deref(), Some("1+451x1@example.com"));
    }
}
