//! What clients were told, and when they saw errors.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// What the clients share.
pub(crate) struct Record {
    started: Instant,
    facts: Mutex<Facts>,
}

/// What was acknowledged. It has to hold until the end.
#[derive(Default)]
pub(crate) struct Facts {
    requests: Vec<Request>,
    /// Addresses whose registration was acknowledged, each registered once.
    pub(crate) registered: HashSet<String>,
    /// Addresses whose activation was acknowledged.
    pub(crate) activated: HashSet<String>,
    /// Session tokens, with the address of the user. Those of a sign-out without an answer are in neither list.
    pub(crate) open: HashMap<String, String>,
    pub(crate) ended: HashSet<String>,
    /// Wrong codes that were checked, by address.
    pub(crate) wrong_codes: HashMap<String, usize>,
    /// Accepted registrations of one address that many networks registered again and again, by address.
    pub(crate) floods: HashMap<String, usize>,
    /// Promises that were broken.
    pub(crate) broken: Vec<String>,
}

struct Request {
    writes: bool,
    failed: bool,
    sent: Duration,
    ended: Duration,
}

impl Record {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            facts: Mutex::default(),
        }
    }

    /// The time since the start.
    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    pub(crate) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a request that has just ended.
    pub(crate) fn add(&self, writes: bool, failed: bool, sent: Duration) {
        let ended = self.now();
        self.facts().requests.push(Request {
            writes,
            failed,
            sent,
            ended,
        });
    }

    /// Reports that a promise is broken.
    pub(crate) fn broken(&self, what: String) {
        eprintln!("BROKEN at {:.1} s: {what}", self.now().as_secs_f64());
        self.facts().broken.push(what);
    }

    /// What clients saw of a fault, from its beginning until now.
    pub(crate) fn errors_since(&self, begun: Duration) -> Errors {
        let facts = self.facts();
        let [reads, writes] = [false, true].map(|writes| {
            let requests = facts
                .requests
                .iter()
                .filter(|request| request.ended > begun && request.writes == writes);
            Failures::of(requests, begun)
        });
        Errors { reads, writes }
    }
}

/// The errors of the two kinds of requests.
pub(crate) struct Errors {
    reads: Failures,
    writes: Failures,
}

#[derive(Default)]
struct Failures {
    requests: usize,
    failed: usize,
    /// From the fault until the last request that failed was sent, and until the last one had failed.
    sent_until: Duration,
    ended_until: Duration,
    /// The longest time that a request took which succeeded.
    slowest: Duration,
}

impl Failures {
    fn of<'a>(requests: impl Iterator<Item = &'a Request>, begun: Duration) -> Self {
        let mut failures = Self::default();
        for request in requests {
            failures.requests += 1;
            if request.failed {
                failures.failed += 1;
                failures.sent_until = failures.sent_until.max(request.sent.saturating_sub(begun));
                failures.ended_until = failures.ended_until.max(request.ended.saturating_sub(begun));
            } else {
                failures.slowest = failures.slowest.max(request.ended.saturating_sub(request.sent));
            }
        }
        failures
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  reads:  {}\n  writes: {}", self.reads, self.writes)
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, failed, .. } = self;
        let [sent, ended, slowest] =
            [self.sent_until, self.ended_until, self.slowest].map(|time| format!("{:.1} s", time.as_secs_f64()));
        match failed {
            0 => write!(f, "no error in {requests}, slowest {slowest}"),
            _ => write!(
                f,
                "errors for {sent}, the last told after {ended} ({failed} of {requests}), slowest success {slowest}"
            ),
        }
    }
}
