//! The failures that the SMTP side plays on purpose: what a rule is, and the set of them that is shared.
//!
//! `play` decides what happens at a stage, `address` reads the rules that an address asks for.

mod address;
mod play;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(crate) use address::asked_for_by;
use play::Rules;
pub(crate) use play::{Outcome, Verdict};

/// The longest pause. Clients and servers of RFC 5321 wait for minutes; more than an hour is a mistyped unit.
const MAX_DELAY: Duration = Duration::from_hours(1);

/// The failures that the SMTP side plays on purpose, so that a sender's handling of them can be tested.
///
/// Rules are looked at in their order each time a client reaches a stage, then those that a recipient's address asks for
/// (`bob+451x2@example.com`). A delay pauses and lets the rules after it speak too; the first reply or drop decides.
/// Commands that would be refused anyway, such as RCPT before MAIL, reach no stage and use up no rule.
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
    rules: Arc<Mutex<Rules>>,
    fired: Arc<AtomicU64>,
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

impl Stage {
    /// Whether a recipient is known there.
    pub(crate) fn knows_recipients(self) -> bool {
        matches!(self, Self::Rcpt | Self::Data | Self::AfterData)
    }
}

impl Faults {
    /// Puts these rules in place of the ones before, none of them used yet, and forgets what addresses have asked for. An
    /// empty list ends all failures but those that addresses ask for.
    pub fn set(&self, rules: Vec<FaultRule>) {
        *self.lock() = Rules::new(rules);
    }

    /// The rules, with the number of times that each fired.
    #[must_use]
    pub fn rules(&self) -> Vec<FaultRule> {
        self.lock().listed().to_vec()
    }

    /// The rules that addresses have asked for, with the number of times that each fired, for as many addresses as are
    /// remembered: the last 1,000.
    #[must_use]
    pub fn from_addresses(&self) -> Vec<FaultRule> {
        self.lock().asked_for().cloned().collect()
    }

    /// What happens at this stage, counted as having happened.
    pub(crate) fn consult(&self, stage: Stage, recipients: &[String]) -> Verdict {
        let verdict = self.lock().consult(stage, recipients);
        self.fired.fetch_add(verdict.fired, Ordering::Relaxed);
        verdict
    }

    /// How often any rule has fired since the start.
    pub(crate) fn fired(&self) -> u64 {
        self.fired.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Rules> {
        // The rules are never left half changed, so a panic elsewhere does not spoil them.
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a pause, such as `3s`, of at most an hour.
pub(crate) fn pause(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok().filter(|pause| *pause <= MAX_DELAY)
}
