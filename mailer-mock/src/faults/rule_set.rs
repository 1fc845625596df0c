use std::collections::VecDeque;
use std::time::Duration;

use super::address_rules::rules_from_address;
use super::rule::{Action, FaultRule, Stage};
use crate::glob;

/// How many addresses are kept. A sender can make up any number.
const MAX_ADDRESSES: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct RuleSet {
    rules: Vec<FaultRule>,
    /// Oldest first.
    addresses: VecDeque<AddressRules>,
}

/// The rules that one address encodes. They are kept to count across connections how often each fired.
#[derive(Debug)]
struct AddressRules {
    /// In lower case.
    address: String,
    rules: Vec<FaultRule>,
}

/// What the rules do at a stage.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Effect {
    /// The delay before the outcome.
    pub(crate) delay: Duration,
    pub(crate) outcome: Outcome,
    /// How many rules fired.
    pub(super) fired: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As without rules.
    Proceed,
    Reply {
        code: u16,
        text: String,
    },
    Drop,
}

impl RuleSet {
    pub(super) fn new(mut rules: Vec<FaultRule>) -> Self {
        for rule in &mut rules {
            rule.fired = 0;
        }
        Self {
            rules,
            addresses: VecDeque::new(),
        }
    }

    pub(super) fn rules(&self) -> &[FaultRule] {
        &self.rules
    }

    pub(super) fn address_rules(&self) -> impl Iterator<Item = &FaultRule> {
        self.addresses.iter().flat_map(|address| &address.rules)
    }

    pub(super) fn apply(&mut self, stage: Stage, recipients: &[String]) -> Effect {
        let lower: Vec<String> = recipients.iter().map(|to| to.to_lowercase()).collect();
        for address in &lower {
            self.add_address(address);
        }
        let rules = self.rules.iter_mut().filter(|rule| rule.matches(recipients));
        let addresses = self.addresses.iter_mut();
        let address_rules = addresses
            .filter(|address| lower.contains(&address.address))
            .flat_map(|address| &mut address.rules);
        apply(rules.chain(address_rules), stage)
    }

    fn add_address(&mut self, address: &str) {
        let rules = rules_from_address(address).unwrap_or_default();
        if rules.is_empty() || self.addresses.iter().any(|known| known.address == address) {
            return;
        }
        if self.addresses.len() == MAX_ADDRESSES {
            self.addresses.pop_front();
        }
        let address = address.to_owned();
        self.addresses.push_back(AddressRules { address, rules });
    }
}

fn apply<'a>(rules: impl Iterator<Item = &'a mut FaultRule>, stage: Stage) -> Effect {
    let mut effect = Effect {
        delay: Duration::ZERO,
        outcome: Outcome::Proceed,
        fired: 0,
    };
    for rule in rules.filter(|rule| rule.is_due(stage)) {
        rule.fired = rule.fired.saturating_add(1);
        effect.fired += 1;
        match &rule.action {
            Action::Delay(delay) => effect.delay = effect.delay.saturating_add(*delay),
            Action::Reply { code, text } => {
                let (code, text) = (*code, text.clone());
                effect.outcome = Outcome::Reply { code, text };
                break;
            }
            Action::Drop => {
                effect.outcome = Outcome::Drop;
                break;
            }
        }
    }
    effect
}

impl FaultRule {
    fn is_due(&self, stage: Stage) -> bool {
        self.stage == stage && self.times.is_none_or(|times| self.fired < times)
    }

    fn matches(&self, recipients: &[String]) -> bool {
        let matches_one = |pattern: &String| recipients.iter().any(|to| glob::matches(pattern, to));
        self.recipient.as_ref().is_none_or(matches_one)
    }
}
