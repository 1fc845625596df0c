//! Which share of the connections each recipient domain may use, so that slow domains do not delay the emails of
//! others.
//!
//! A mail server may answer quickly for one domain and slowly for another, for example when it asks the domain's own
//! server about each recipient. So:
//!
//! - A domain whose last email was answered quickly may use every connection.
//! - Any other domain may use [`PER_DOMAIN`] of them, and all of these together [`ALL_OTHERS`].
//! - Domains that answered slowly wait until nothing else does.
//!
//! A domain here is what an owner has registered, with all names below it (`domain_owner.rs`). Its answer is that to
//! the recipient and the content: connecting and logging in say nothing about it.
//!
//! The database does not know who answered how, so each worker tells the claim. See `outbox::claim`.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::outbox::{OutboxSignal, Selection};

/// How many emails are sent at once, each on a connection of its own.
pub(super) const CONNECTIONS: usize = 8;

/// An email that takes longer than this makes its domain a slow one.
const SLOW: Duration = Duration::from_secs(2);

/// After this time the last answer of a domain says nothing any more.
const FORGET_AFTER: Duration = Duration::from_mins(10);

/// How many quick domains without an email in progress are remembered, and how many others. The claim is told about
/// each.
const REMEMBERED: usize = 100;

/// Connections that one domain may use until it answers quickly.
const PER_DOMAIN: usize = CONNECTIONS / 4;

/// Connections that all such domains may use together.
const ALL_OTHERS: usize = CONNECTIONS * 3 / 4;

/// What this worker knows of the recipient domains. Clones share it.
#[derive(Clone)]
pub(super) struct Domains {
    state: Arc<Mutex<State>>,
    signal: OutboxSignal,
}

#[derive(Default)]
struct State {
    domains: HashMap<String, Domain>,
    /// How many emails have begun.
    emails: u64,
    /// Whether a claim has left out emails that could be claimed once an email in progress ends.
    held_back: bool,
}

#[derive(Default)]
struct Domain {
    /// The emails in progress by their number, and since when the mail server has had the recipient.
    in_progress: HashMap<u64, Option<Instant>>,
    /// When the last answer came, and whether it was quick.
    answered: Option<(Instant, bool)>,
}

impl Domain {
    fn is_quick(&self, now: Instant) -> bool {
        matches!(self.answered, Some((_, true))) && !self.is_stuck(now)
    }

    fn is_slow(&self, now: Instant) -> bool {
        matches!(self.answered, Some((_, false))) || self.is_stuck(now)
    }

    fn is_stuck(&self, now: Instant) -> bool {
        let mut sent = self.in_progress.values().flatten();
        sent.any(|sent| now.duration_since(*sent) > SLOW)
    }

    fn is_forgotten(&self, now: Instant) -> bool {
        let is_old = |(at, _)| now.duration_since(at) > FORGET_AFTER;
        self.in_progress.is_empty() && self.answered.is_none_or(is_old)
    }
}

impl State {
    fn names(&self, is: impl Fn(&Domain) -> bool) -> HashSet<String> {
        let domains = self.domains.iter().filter(|(_, domain)| is(domain));
        domains.map(|(name, _)| name.clone()).collect()
    }

    /// How many emails in progress are those of quick domains (`true`) or of others.
    fn in_progress(&self, now: Instant, quick: bool) -> usize {
        let domains = self.domains.values().filter(|domain| domain.is_quick(now) == quick);
        domains.map(|domain| domain.in_progress.len()).sum()
    }

    fn forget(&mut self, now: Instant) {
        self.domains.retain(|_, domain| !domain.is_forgotten(now));
        // Each kind by itself: many slow domains must not displace the quick ones.
        for quick in [true, false] {
            let idle = self.domains.iter().filter(|(_, domain)| domain.in_progress.is_empty());
            let idle = idle.filter(|(_, domain)| domain.is_quick(now) == quick);
            let mut idle: Vec<_> = idle.map(|(name, domain)| (domain.answered, name.clone())).collect();
            idle.sort_unstable();
            for (_, oldest) in idle.iter().rev().skip(REMEMBERED) {
                self.domains.remove(oldest);
            }
        }
    }
}

impl Domains {
    pub(super) fn new(signal: OutboxSignal) -> Self {
        let state = Arc::default();
        Self { state, signal }
    }

    /// The emails that may be claimed now, in the order in which to ask for them.
    pub(super) fn selections(&self, now: Instant) -> Vec<Selection> {
        let mut state = self.lock();
        state.forget(now);
        let room = ALL_OTHERS.saturating_sub(state.in_progress(now, false));
        let quick = state.names(|domain| domain.is_quick(now));
        let slow = state.names(|domain| domain.is_slow(now));
        let busy = state.names(|domain| !domain.is_quick(now) && !domain.in_progress.is_empty());
        state.held_back = !busy.is_empty();
        if room == 0 {
            return vec![Selection {
                only: Some(quick.clone()),
                quick,
                ..Selection::default()
            }];
        }
        let waiting: HashSet<_> = slow.difference(&busy).cloned().collect();
        let first = Selection {
            except: &busy | &slow,
            only: None,
            quick,
            room,
            per_domain: PER_DOMAIN,
        };
        let mut selections = vec![first];
        if !waiting.is_empty() {
            selections.push(Selection {
                only: Some(waiting),
                room,
                per_domain: PER_DOMAIN,
                ..Selection::default()
            });
        }
        selections
    }

    /// An email of a domain is in progress until the result is dropped.
    pub(super) fn begin(&self, domain: &str) -> InProgress {
        let mut state = self.lock();
        let number = state.emails;
        state.emails += 1;
        let of_domain = state.domains.entry(domain.to_owned()).or_default();
        of_domain.in_progress.insert(number, None);
        InProgress {
            domains: self.clone(),
            domain: domain.to_owned(),
            number,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An email in progress.
pub(super) struct InProgress {
    domains: Domains,
    domain: String,
    number: u64,
}

impl InProgress {
    /// The mail server is told the recipient now.
    pub(super) fn sent(&self, now: Instant) {
        if let Some(domain) = self.domains.lock().domains.get_mut(&self.domain) {
            domain.in_progress.insert(self.number, Some(now));
        }
    }

    /// The mail server has answered, or has not in time. Says nothing about the domain if the email was not sent.
    pub(super) fn answered(&self, now: Instant) {
        if let Some(domain) = self.domains.lock().domains.get_mut(&self.domain)
            && let Some(Some(sent)) = domain.in_progress.get(&self.number)
        {
            domain.answered = Some((now, now.duration_since(*sent) <= SLOW));
        }
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        let mut state = self.domains.lock();
        if let Some(domain) = state.domains.get_mut(&self.domain) {
            domain.in_progress.remove(&self.number);
        }
        if std::mem::take(&mut state.held_back) {
            self.domains.signal.notify();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn domains(names: &[&str]) -> HashSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn send(domains: &Domains, domain: &str, began: Instant, took: Duration) {
        let email = domains.begin(domain);
        email.sent(began);
        email.answered(began + took);
    }

    #[tokio::test]
    async fn last_answer_of_a_domain_decides() {
        let (known, now) = (Domains::new(OutboxSignal::default()), Instant::now());
        send(&known, "quick.example", now, 2 * SECOND);
        send(&known, "slow.example", now, 3 * SECOND);
        let [first, then] = &known.selections(now)[..] else {
            panic!("slow domains come after all others");
        };
        assert_eq!(
            (&first.quick, &first.except),
            (&domains(&["quick.example"]), &domains(&["slow.example"]))
        );
        assert_eq!(then.only, Some(domains(&["slow.example"])));
        assert_eq!((first.room, then.room), (6, 6));

        send(&known, "slow.example", now, SECOND);
        assert_eq!(
            known.selections(now)[0].quick,
            domains(&["quick.example", "slow.example"])
        );
        let later = now + FORGET_AFTER + 4 * SECOND;
        assert_eq!(known.selections(later)[0].quick, domains(&[]));
    }

    #[tokio::test]
    async fn email_that_is_stuck_makes_its_domain_slow() {
        let (known, now) = (Domains::new(OutboxSignal::default()), Instant::now());
        send(&known, "a.example", now, SECOND);
        let stuck = known.begin("a.example");
        assert_eq!(known.selections(now + 3 * SECOND)[0].quick, domains(&["a.example"]));
        stuck.sent(now);
        assert_eq!(known.selections(now + SECOND)[0].quick, domains(&["a.example"]));
        let [only] = &known.selections(now + 3 * SECOND)[..] else {
            panic!("a busy domain has its share");
        };
        assert_eq!((&only.except, only.room), (&domains(&["a.example"]), 5));
        drop(stuck);
        assert_eq!(known.selections(now + 3 * SECOND)[0].quick, domains(&["a.example"]));
    }

    #[tokio::test]
    async fn what_was_held_back_is_looked_for_once_an_email_ends() {
        let signal = OutboxSignal::default();
        let (known, now) = (Domains::new(signal.clone()), Instant::now());
        let notified = || futures_util::FutureExt::now_or_never(signal.notified()).is_some();
        let first = known.begin("a.example");
        drop(first);
        assert!(!notified(), "no claim has left anything out");
        let second = known.begin("a.example");
        known.selections(now);
        drop(second);
        assert!(notified());
    }

    #[tokio::test]
    async fn few_domains_are_remembered() {
        let (known, now) = (Domains::new(OutboxSignal::default()), Instant::now());
        for number in 0..1_000 {
            send(&known, &format!("{number}.example"), now + number * SECOND / 10, SECOND);
        }
        let quick = &known.selections(now + 100 * SECOND)[0].quick;
        assert_eq!(quick.len(), REMEMBERED);
        assert!(quick.contains("999.example"));

        // Slow ones displace no quick one.
        for number in 0..1_000 {
            send(&known, &format!("{number}.slow"), now + 100 * SECOND, 3 * SECOND);
        }
        let selections = known.selections(now + 103 * SECOND);
        assert!(selections[0].quick.contains("999.example"));
        assert_eq!(selections[0].except.len(), REMEMBERED);
    }
}
