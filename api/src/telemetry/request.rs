//! What is known about a request when its log line is written.
//!
//! It belongs to the task of the request, so that code on any level can add to it without a parameter. Outside of a
//! request, such as in the mail worker, there is nothing to add to.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tracing::Instrument;

use super::traces::RequestTrace;

/// The outcome of a request without an error.
pub(crate) const OK: &str = "OK";

tokio::task_local! {
    static CURRENT: Arc<RequestRecord>;
}

/// What a request did and what it cost. Tasks that work for the request share it.
#[derive(Default)]
pub(crate) struct RequestRecord {
    field: OnceLock<&'static str>,
    outcome: OnceLock<&'static str>,
    network: OnceLock<IpAddr>,
    statements: AtomicU64,
    database_nanos: AtomicU64,
    transactions: AtomicU64,
    transaction_wait_nanos: AtomicU64,
    hashes: AtomicU64,
    hash_wait_nanos: AtomicU64,
    trace: Option<RequestTrace>,
}

impl RequestRecord {
    /// The record of a request that begins.
    pub(crate) fn new(trace: Option<RequestTrace>) -> Self {
        Self {
            trace,
            ..Self::default()
        }
    }

    /// The trace of the request, if it is traced.
    pub(crate) fn trace(&self) -> Option<&RequestTrace> {
        self.trace.as_ref()
    }

    /// Runs the request, whose costs are added to this record.
    pub(crate) fn observe<F: Future>(self: Arc<Self>, request: F) -> impl Future<Output = F::Output> {
        CURRENT.scope(self, request)
    }

    /// The root field of the operation, if the request reached one.
    pub(crate) fn field(&self) -> Option<&'static str> {
        self.field.get().copied()
    }

    /// The code of the first error; `OK` if there was none.
    pub(crate) fn outcome(&self) -> &'static str {
        self.outcome.get().copied().unwrap_or(OK)
    }

    /// The network of the client.
    pub(crate) fn network(&self) -> Option<IpAddr> {
        self.network.get().copied()
    }

    /// The statements, with those that begin and end a transaction.
    pub(crate) fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// How long the request waited for the database.
    pub(crate) fn database_time(&self) -> Duration {
        Duration::from_nanos(self.database_nanos.load(Ordering::Relaxed))
    }

    /// How long transactions took to begin; `None` if there were none.
    pub(crate) fn transaction_wait(&self) -> Option<Duration> {
        let waited = Duration::from_nanos(self.transaction_wait_nanos.load(Ordering::Relaxed));
        (self.transactions.load(Ordering::Relaxed) > 0).then_some(waited)
    }

    /// How long the passwords of the request waited for a thread; `None` if there were none.
    pub(crate) fn hash_wait(&self) -> Option<Duration> {
        let waited = Duration::from_nanos(self.hash_wait_nanos.load(Ordering::Relaxed));
        (self.hashes.load(Ordering::Relaxed) > 0).then_some(waited)
    }
}

/// Gives a task that outlives the current request, or does part of its work, the record and the log span of the
/// request.
pub(crate) fn in_request<F: Future>(task: F) -> impl Future<Output = F::Output> {
    let record = CURRENT.try_with(Arc::clone).unwrap_or_default();
    CURRENT.scope(record, task.in_current_span())
}

/// Adds a statement to the current request. A trace shows its text, which has no values.
pub(crate) fn record_statement(sql: &str, elapsed: Duration, failed: bool) {
    let _ = CURRENT.try_with(|record| {
        record.statements.fetch_add(1, Ordering::Relaxed);
        add(&record.database_nanos, elapsed);
        if let Some(trace) = &record.trace {
            trace.add_statement(sql, elapsed, failed);
        }
    });
}

/// Adds the beginning of a transaction to the current request: the wait for a connection, and a statement.
pub(crate) fn record_begin(elapsed: Duration, failed: bool) {
    record_statement("BEGIN", elapsed, failed);
    let _ = CURRENT.try_with(|record| {
        record.transactions.fetch_add(1, Ordering::Relaxed);
        add(&record.transaction_wait_nanos, elapsed);
    });
}

/// Adds the hash of a password, or the estimate of its strength, to the current request.
pub(crate) fn record_hash(job: &'static str, waited: Duration, ran: Duration) {
    let _ = CURRENT.try_with(|record| {
        record.hashes.fetch_add(1, Ordering::Relaxed);
        add(&record.hash_wait_nanos, waited);
        if let Some(trace) = &record.trace {
            trace.add_job(job, waited, ran);
        }
    });
}

/// The span of the current request, if it is traced, for what it causes.
pub(crate) fn traceparent() -> Option<String> {
    let span = CURRENT.try_with(|record| record.trace().map(RequestTrace::traceparent));
    span.ok().flatten()
}

/// Names the root field of the current request.
pub(crate) fn note_field(field: &'static str) {
    let _ = CURRENT.try_with(|record| record.field.set(field));
}

/// Names the code of an error in the answer to the current request. The first one counts.
pub(crate) fn note_outcome(code: &'static str) {
    let _ = CURRENT.try_with(|record| record.outcome.set(code));
}

/// Names the network of the client of the current request.
pub(crate) fn note_network(network: IpAddr) {
    let _ = CURRENT.try_with(|record| record.network.set(network));
}

fn add(total: &AtomicU64, elapsed: Duration) {
    let nanos = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
    total.fetch_add(nanos, Ordering::Relaxed);
}
