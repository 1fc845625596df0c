//! The metrics of the server, in the text format of Prometheus.

mod queue;
mod requests;
mod step;

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use entity::{EmailKind, Purpose};
use http_server::{Restarts, dropped_log_lines};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use sea_orm::ActiveEnum;

pub use queue::QueueMetrics;
pub(crate) use requests::EndedRequest;
pub use requests::RequestMetrics;
pub use step::Step;

/// The outcomes of an attempt to send an email.
pub(crate) const SENT: &str = "sent";
pub(crate) const RETRIED: &str = "retried";
pub(crate) const GIVEN_UP: &str = "given_up";

/// What becomes of a span.
pub(crate) const EXPORTED: &str = "exported";
pub(crate) const FAILED: &str = "failed";
pub(crate) const DROPPED: &str = "dropped";

/// When people enter their code, in seconds: most within a minute, the last after a day.
const ACTIVATION_BUCKETS: [f64; 10] = [5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3_600.0, 86_400.0];

/// A counter with one label whose values are constants.
type Labeled = Family<[(&'static str, &'static str); 1], Counter>;

/// A gauge in seconds.
type Seconds = Gauge<f64, AtomicU64>;

/// An attempt to send an email.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct EmailLabels {
    pub(crate) kind: String,
    pub(crate) outcome: &'static str,
}

/// All metrics of the server. Clones share their values.
#[derive(Clone, Debug)]
pub struct Metrics {
    values: Arc<Values>,
    registry: Arc<Registry>,
}

/// The values.
#[derive(Debug)]
pub struct Values {
    /// GraphQL requests.
    pub requests: RequestMetrics,
    /// Password hashing.
    pub hashing: QueueMetrics,
    /// Passwords that were not hashed, because the queue was full or the hash was not made in time.
    pub hashing_refused: Counter,
    /// New passwords that were not looked up in `BREACHED_PASSWORDS`, because it could not be read.
    pub breached_lookups_failed: Counter,
    /// New passwords rejected because their strength was not estimated in time.
    pub estimates_refused: Counter,
    /// The steps of accounts, by their name.
    pub account_steps: Labeled,
    /// From the registration to the activation, in seconds.
    pub activation_time: Histogram,
    /// Wrong codes, by the purpose of the code.
    pub(crate) wrong_codes: Family<[(&'static str, String); 1], Counter>,
    /// Codes that were longer because their address saw many tries.
    pub guarded_codes: Counter,
    /// Sessions that were opened.
    pub sessions_opened: Counter,
    /// Attempts to send an email.
    pub(crate) emails: Family<EmailLabels, Counter>,
    /// Pending emails.
    pub outbox_emails: Gauge,
    /// How long the oldest of them has waited.
    pub outbox_oldest: Seconds,
    /// Connections to the database, by whether they are in use.
    pub database_connections: Family<[(&'static str, &'static str); 1], Gauge>,
    /// How far the clock of this server is ahead of the database's, in seconds.
    pub clock_offset: Seconds,
    /// Webhooks that their endpoint accepted.
    pub webhooks_delivered: Counter,
    /// Failed attempts to deliver a webhook that will be retried.
    pub webhooks_retried: Counter,
    /// Webhooks that their endpoint did not accept in time.
    pub webhooks_given_up: Counter,
    /// Spans of traces, by what became of them.
    pub(crate) spans: Labeled,
    /// Starts of tasks that had panicked, by the name of the task.
    pub task_restarts: Restarts,
}

impl Deref for Metrics {
    type Target = Values;

    fn deref(&self) -> &Values {
        &self.values
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All metrics at zero, registered under their names.
    #[must_use]
    pub fn new() -> Self {
        let values = Values {
            requests: RequestMetrics::default(),
            hashing: QueueMetrics::default(),
            hashing_refused: Counter::default(),
            breached_lookups_failed: Counter::default(),
            estimates_refused: Counter::default(),
            account_steps: Family::default(),
            activation_time: Histogram::new(ACTIVATION_BUCKETS),
            wrong_codes: Family::default(),
            guarded_codes: Counter::default(),
            sessions_opened: Counter::default(),
            emails: Family::default(),
            outbox_emails: Gauge::default(),
            outbox_oldest: Seconds::default(),
            database_connections: Family::default(),
            clock_offset: Seconds::default(),
            webhooks_delivered: Counter::default(),
            webhooks_retried: Counter::default(),
            webhooks_given_up: Counter::default(),
            spans: Family::default(),
            task_restarts: Restarts::default(),
        };
        values.start_at_zero();
        Self {
            registry: Arc::new(values.register()),
            values: Arc::new(values),
        }
    }

    /// Counts spans.
    pub(crate) fn count_spans(&self, outcome: &'static str, spans: usize) {
        let spans = u64::try_from(spans).unwrap_or(u64::MAX);
        self.spans.get_or_create(&[("outcome", outcome)]).inc_by(spans);
    }

    /// The names of the metrics.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}

impl Values {
    /// Creates the counters whose labels are known, because an alert cannot see that one appears.
    fn start_at_zero(&self) {
        for step in Step::ALL {
            drop(self.account_steps.get_or_create(&[("step", step.name())]));
        }
        for purpose in Purpose::values() {
            drop(self.wrong_codes.get_or_create(&[("purpose", purpose)]));
        }
        for outcome in [EXPORTED, FAILED, DROPPED] {
            drop(self.spans.get_or_create(&[("outcome", outcome)]));
        }
        for kind in EmailKind::values() {
            for outcome in [SENT, RETRIED, GIVEN_UP] {
                let kind = kind.clone();
                drop(self.emails.get_or_create(&EmailLabels { kind, outcome }));
            }
        }
    }

    fn register(&self) -> Registry {
        let mut registry = Registry::default();
        self.requests.register(&mut registry);
        for (name, help, counter) in self.counters() {
            registry.register(name, help, counter);
        }
        let help = "Steps of accounts";
        registry.register("account_steps", help, self.account_steps.clone());
        let help = "Wrong codes by the purpose of the code";
        registry.register("wrong_codes", help, self.wrong_codes.clone());
        let help = "Attempts to send an email";
        registry.register("emails", help, self.emails.clone());
        let help = "Spans of traces by what became of them";
        registry.register("trace_spans", help, self.spans.clone());
        let help = "Starts of tasks that had panicked";
        registry.register("task_restarts", help, self.task_restarts.clone());
        let help = "Connections of this server to the database";
        registry.register("database_connections", help, self.database_connections.clone());
        let help = "Pending emails, counted up to 10,000";
        registry.register("email_outbox_emails", help, self.outbox_emails.clone());
        let help = "Passwords that wait for a thread";
        registry.register("hashing_waiting", help, self.hashing.waiting.clone());
        for (name, help, gauge) in [
            (
                "email_outbox_oldest_age",
                "How long the oldest email has waited",
                &self.outbox_oldest,
            ),
            (
                "clock_offset",
                "How far the clock of this server is ahead of the database's",
                &self.clock_offset,
            ),
        ] {
            registry.register_with_unit(name, help, Unit::Seconds, gauge.clone());
        }
        for (name, help, histogram) in [
            (
                "hashing_wait",
                "How long passwords waited for a thread",
                &self.hashing.wait,
            ),
            (
                "hashing_duration",
                "How long hashing a password took",
                &self.hashing.duration,
            ),
            (
                "activation_time",
                "How long after its registration an account was activated",
                &self.activation_time,
            ),
        ] {
            registry.register_with_unit(name, help, Unit::Seconds, histogram.clone());
        }
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version of the server", build);
        registry
    }

    fn counters(&self) -> [(&'static str, &'static str, Counter); 9] {
        [
            (
                "hashing_refused",
                "Passwords not hashed because the queue was full or the hash was not made in time",
                self.hashing_refused.clone(),
            ),
            (
                "breached_lookups_failed",
                "New passwords not looked up in BREACHED_PASSWORDS because it could not be read",
                self.breached_lookups_failed.clone(),
            ),
            (
                "estimates_refused",
                "New passwords rejected because their strength was not estimated in time",
                self.estimates_refused.clone(),
            ),
            (
                "guarded_codes",
                "Codes that were longer because their address saw many tries",
                self.guarded_codes.clone(),
            ),
            (
                "sessions_opened",
                "Sessions that were opened",
                self.sessions_opened.clone(),
            ),
            (
                "webhooks_delivered",
                "Webhooks accepted by their endpoint",
                self.webhooks_delivered.clone(),
            ),
            (
                "webhooks_retried",
                "Failed attempts to deliver a webhook that will be retried",
                self.webhooks_retried.clone(),
            ),
            (
                "webhooks_given_up",
                "Webhooks not accepted in time",
                self.webhooks_given_up.clone(),
            ),
            (
                "log_lines_dropped",
                "Log lines that could not be written",
                dropped_log_lines(),
            ),
        ]
    }
}
