//! Failures that the SMTP server produces on purpose. `rule` defines a rule, `rule_set` applies the rules at a stage,
//! `address_rules` reads the rules that an address encodes.

mod address_rules;
mod rule;
mod rule_set;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(crate) use address_rules::rules_from_address;
pub(crate) use rule::parse_delay;
pub use rule::{Action, FaultRule, Stage};
use rule_set::RuleSet;

/// Failures that the SMTP server produces on purpose, to test how a sender handles them.
///
/// At each stage, the rules apply in order, then those that a recipient's address encodes (`bob+451x2@example.com`).
/// Delays add up; the first reply or drop ends the search. A command that would be refused anyway, such as RCPT before
/// MAIL, reaches no stage and uses up no rule.
///
/// Clones share the same rules.
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
pub struct Faults(Arc<Mutex<RuleSet>>);

impl Faults {
    /// Replaces the rules, and forgets those from addresses. An empty list ends all failures except those that
    /// addresses encode.
    pub fn set(&self, rules: Vec<FaultRule>) {
        let mut set = self.lock();
        set.rules = rules.into_iter().map(|rule| FaultRule { fired: 0, ..rule }).collect();
        set.addresses.clear();
    }

    /// The rules, each with the number of times that it fired.
    #[must_use]
    pub fn rules(&self) -> Vec<FaultRule> {
        self.lock().rules.clone()
    }

    /// The rules from the last 1,000 addresses, each with the number of times that it fired.
    #[must_use]
    pub fn address_rules(&self) -> Vec<FaultRule> {
        let set = self.lock();
        set.addresses
            .iter()
            .flat_map(|address| &address.rules)
            .cloned()
            .collect()
    }

    /// Applies the rules for this stage, and counts those that fire. Returns the delay before the reply, and a reply or
    /// a drop in place of the usual reply.
    pub(crate) fn apply(&self, stage: Stage, recipients: &[String]) -> (Duration, Option<Action>) {
        self.lock().apply(stage, recipients)
    }

    /// How many times any rule has fired since the start.
    pub(crate) fn fired(&self) -> u64 {
        self.lock().fired
    }

    fn lock(&self) -> MutexGuard<'_, RuleSet> {
        // No code panics while the rules are half changed, so a poisoned lock is safe to use.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSY: &str = "bob+451x2@example.com";

    fn reply(code: u16) -> Action {
        let text = String::new();
        Action::Reply { code, text }
    }

    /// The code of the reply that the rules cause, 0 for a drop.
    fn code(faults: &Faults, stage: Stage, recipients: &[&str]) -> Option<u16> {
        let recipients: Vec<String> = recipients.iter().map(|&to| to.to_owned()).collect();
        faults.apply(stage, &recipients).1.map(|action| match action {
            Action::Reply { code, .. } => code,
            _ => 0,
        })
    }

    #[test]
    fn a_rule_fires_a_limited_number_of_times() {
        let faults = Faults::default();
        faults.set(vec![FaultRule {
            times: Some(2),
            fired: 7,
            ..FaultRule::new(Stage::Mail, Action::Drop)
        }]);
        assert_eq!(code(&faults, Stage::Ehlo, &[]), None);
        let codes = [(); 3].map(|()| code(&faults, Stage::Mail, &[]));
        assert_eq!(codes, [Some(0), Some(0), None]);
        assert_eq!(faults.rules()[0].fired, 2);
    }

    #[test]
    fn delays_add_up_and_the_first_reply_ends_the_search() {
        let delay = || Action::Delay(Duration::from_secs(1));
        let actions = [delay(), delay(), reply(450), Action::Drop];
        let faults = Faults::default();
        faults.set(actions.map(|action| FaultRule::new(Stage::Mail, action)).into());
        let (delay, action) = faults.apply(Stage::Mail, &[]);
        assert_eq!((delay, action), (Duration::from_secs(2), Some(reply(450))));
        let fired: Vec<u32> = faults.rules().iter().map(|rule| rule.fired).collect();
        assert_eq!(fired, [1, 1, 1, 0]);
    }

    #[test]
    fn recipient_pattern_limits_a_rule() {
        let faults = Faults::default();
        let for_example = |stage| FaultRule {
            recipient: Some("*@example.com".to_owned()),
            ..FaultRule::new(stage, Action::Drop)
        };
        faults.set(vec![for_example(Stage::AfterData), for_example(Stage::Mail)]);
        for (stage, recipients, expected) in [
            (Stage::AfterData, &["a@example.org"][..], None),
            (Stage::AfterData, &["a@example.org", "b@EXAMPLE.com"], Some(0)),
            (Stage::Mail, &[], None),
        ] {
            assert_eq!(code(&faults, stage, recipients), expected, "{recipients:?}");
        }
    }

    #[test]
    fn address_rules_are_counted_per_address() {
        let faults = Faults::default();
        for (to, expected) in [
            (BUSY, Some(451)),
            ("BOB+451X2@Example.com", Some(451)),
            (BUSY, None),
            ("ada+451x2@example.com", Some(451)),
            ("bob+newsletter@example.com", None),
        ] {
            assert_eq!(code(&faults, Stage::Rcpt, &[to]), expected, "{to}");
        }
        let fired: Vec<_> = faults.address_rules().into_iter().map(|rule| rule.fired).collect();
        assert_eq!((fired, faults.fired()), (vec![2, 1], 3));
        faults.set(Vec::new());
        assert_eq!(faults.address_rules(), []);
        assert_eq!(code(&faults, Stage::Rcpt, &[BUSY]), Some(451));
    }

    #[test]
    fn address_rule_applies_to_all_recipients_of_the_message() {
        let faults = Faults::default();
        let recipients = ["ada@example.com", "bob+drop-after-data@example.com"];
        assert_eq!(code(&faults, Stage::Rcpt, &recipients[1..]), None);
        assert_eq!(code(&faults, Stage::AfterData, &recipients[..1]), None);
        assert_eq!(code(&faults, Stage::AfterData, &recipients), Some(0));
    }

    #[test]
    fn configured_rules_come_before_address_rules() {
        let faults = Faults::default();
        faults.set(vec![FaultRule::new(Stage::Rcpt, reply(550))]);
        assert_eq!(code(&faults, Stage::Rcpt, &[BUSY]), Some(550));
        assert_eq!(faults.address_rules()[0].fired, 0);
    }

    #[test]
    fn the_last_thousand_addresses_are_kept() {
        let faults = Faults::default();
        for number in 0..1_001 {
            code(&faults, Stage::Rcpt, &[&format!("{number}+451x1@example.com")]);
        }
        let remembered = faults.address_rules();
        assert_eq!(remembered.len(), 1_000);
        assert_eq!(remembered[0].recipient.as_deref(), Some("1+451x1@example.com"));
    }
}
