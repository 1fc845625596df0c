use std::collections::VecDeque;
use std::time::Duration;

use wildmatch::WildMatchPattern;

use super::address_rules::rules_from_address;
use super::rule::{Action, FaultRule, Stage};

/// `*` matches any run of characters. NUL would match one character, but no address contains it.
type AddressPattern = WildMatchPattern<'*', '\0'>;

/// How many addresses are kept. A sender can make up any number.
const MAX_ADDRESSES: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct RuleSet {
    pub(super) rules: Vec<FaultRule>,
    /// Oldest first.
    pub(super) addresses: VecDeque<AddressRules>,
    /// How many times any rule has fired since the start.
    pub(super) fired: u64,
}

/// The rules that one address encodes. They are kept to count across connections how often each fired.
#[derive(Debug)]
pub(super) struct AddressRules {
    /// In lower case.
    address: String,
    pub(super) rules: Vec<FaultRule>,
}

impl RuleSet {
    pub(super) fn apply(&mut self, stage: Stage, recipients: &[String]) -> (Duration, Option<Action>) {
        let lower: Vec<String> = recipients.iter().map(|to| to.to_lowercase()).collect();
        for address in &lower {
            self.add_address(address);
        }
        let rules = self.rules.iter_mut().filter(|rule| rule.matches(recipients));
        let addresses = self.addresses.iter_mut();
        let address_rules = addresses
            .filter(|address| lower.contains(&address.address))
            .flat_map(|address| &mut address.rules);
        let mut delay = Duration::ZERO;
        for rule in rules.chain(address_rules).filter(|rule| rule.is_due(stage)) {
            rule.fired = rule.fired.saturating_add(1);
            self.fired += 1;
            match &rule.action {
                Action::Delay(more) => delay = delay.saturating_add(*more),
                action => return (delay, Some(action.clone())),
            }
        }
        (delay, None)
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

impl FaultRule {
    fn is_due(&self, stage: Stage) -> bool {
        self.stage == stage && self.times.is_none_or(|times| self.fired < times)
    }

    fn matches(&self, recipients: &[String]) -> bool {
        self.recipient.as_ref().is_none_or(|pattern| {
            let pattern = AddressPattern::new_case_insensitive(pattern);
            recipients.iter().any(|to| pattern.matches(to))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::AddressPattern;

    #[test]
    fn matches_patterns() {
        for (pattern, matching, others) in [
            ("a@example.com", &["A@Example.com"][..], &["a@example.com.evil"][..]),
            ("*", &["", "anything"], &[]),
            ("*@example.com", &["a@example.com"], &["a@example.org"]),
            ("a*@*.com", &["ada@example.com"], &[]),
            ("a*d*@*", &["ada@example.com"], &[]),
            ("a*x*@*", &[], &["ada@example.com"]),
            ("aa*aa", &["aaaa"], &["aaa"]),
            ("**a**", &["bab"], &[]),
            ("", &[], &["a"]),
            ("?@example.com", &[], &["a@example.com"]),
        ] {
            let pattern = AddressPattern::new_case_insensitive(pattern);
            assert!(matching.iter().all(|text| pattern.matches(text)), "{pattern}");
            assert!(!others.iter().any(|text| pattern.matches(text)), "{pattern}");
        }
    }
}
