//! The metrics of the server, in the text format of Prometheus.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use http_server::{Restarts, dropped_log_lines};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// The metrics of a queue of jobs.
#[derive(Clone, Debug)]
pub struct QueueMetrics {
    /// Jobs that wait for a thread.
    pub waiting: Gauge,
    /// How long jobs waited, in seconds.
    pub wait: Histogram,
    /// How long jobs took, in seconds.
    pub duration: Histogram,
}

impl Default for QueueMetrics {
    fn default() -> Self {
        // From 1 ms to 8 s. A job waits for at most 5 s.
        let histogram = || Histogram::new(exponential_buckets(0.001, 2.0, 14));
        Self {
            waiting: Gauge::default(),
            wait: histogram(),
            duration: histogram(),
        }
    }
}

/// All metrics of the server. Clones share their values.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// Password hashing.
    pub hashing: QueueMetrics,
    /// Credential checks rejected because the hashing queue was full.
    pub hashing_refused: Counter,
    /// New passwords that were not looked up in `BREACHED_PASSWORDS`, because it could not be read.
    pub breached_lookups_failed: Counter,
    /// New passwords rejected because their strength was not estimated in time.
    pub estimates_refused: Counter,
    /// Emails that the mail server accepted.
    pub mails_sent: Counter,
    /// Failed attempts to send an email that will be retried.
    pub mails_retried: Counter,
    /// How far the clock of this server is ahead of the database's, in seconds.
    pub clock_offset: Gauge<f64, AtomicU64>,
    /// Emails that the mail server rejected for good, or did not accept in time.
    pub mails_given_up: Counter,
    /// Webhooks that their endpoint accepted.
    pub webhooks_delivered: Counter,
    /// Failed attempts to deliver a webhook that will be retried.
    pub webhooks_retried: Counter,
    /// Webhooks that their endpoint did not accept in time.
    pub webhooks_given_up: Counter,
    /// Starts of tasks that had panicked, by the name of the task.
    pub task_restarts: Restarts,
    registry: Arc<Registry>,
}

impl Metrics {
    /// All metrics at zero, registered under their names.
    #[must_use]
    pub fn new() -> Self {
        let metrics = Self::default();
        let mut registry = Registry::default();
        let refused = "Credential checks rejected because the hashing queue was full";
        registry.register("hashing_refused", refused, metrics.hashing_refused.clone());
        let failed = "New passwords not looked up in BREACHED_PASSWORDS because it could not be read";
        registry.register(
            "breached_lookups_failed",
            failed,
            metrics.breached_lookups_failed.clone(),
        );
        let refused = "New passwords rejected because their strength was not estimated in time";
        registry.register("estimates_refused", refused, metrics.estimates_refused.clone());
        let sent = "Emails accepted by the mail server";
        registry.register("mails_sent", sent, metrics.mails_sent.clone());
        let retried = "Failed attempts to send an email that will be retried";
        registry.register("mails_retried", retried, metrics.mails_retried.clone());
        let given_up = "Emails rejected for good or not accepted in time";
        registry.register("mails_given_up", given_up, metrics.mails_given_up.clone());
        for (name, help, counter) in [
            (
                "webhooks_delivered",
                "Webhooks accepted by their endpoint",
                &metrics.webhooks_delivered,
            ),
            (
                "webhooks_retried",
                "Failed attempts to deliver a webhook that will be retried",
                &metrics.webhooks_retried,
            ),
            (
                "webhooks_given_up",
                "Webhooks not accepted in time",
                &metrics.webhooks_given_up,
            ),
        ] {
            registry.register(name, help, counter.clone());
        }
        let help = "How far the clock of this server is ahead of the database's";
        registry.register_with_unit("clock_offset", help, Unit::Seconds, metrics.clock_offset.clone());
        let help = "Starts of tasks that had panicked";
        registry.register("task_restarts", help, metrics.task_restarts.clone());
        let help = "Log lines that could not be written";
        registry.register("log_lines_dropped", help, dropped_log_lines());
        let QueueMetrics {
            waiting,
            wait,
            duration,
        } = metrics.hashing.clone();
        registry.register("hashing_waiting", "Passwords that wait for a thread", waiting);
        let help = "How long passwords waited for a thread";
        registry.register_with_unit("hashing_wait", help, Unit::Seconds, wait);
        let help = "How long hashing a password took";
        registry.register_with_unit("hashing_duration", help, Unit::Seconds, duration);
        Self {
            registry: Arc::new(registry),
            ..metrics
        }
    }

    /// The names of the metrics.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}
