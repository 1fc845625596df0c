//! The metrics of the server, in the text format of Prometheus.

use std::sync::Arc;

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
    /// Emails that the mail server accepted.
    pub mails_sent: Counter,
    /// Failed attempts to send an email that will be retried.
    pub mails_retried: Counter,
    /// Emails that the mail server rejected for good, or did not accept in time.
    pub mails_given_up: Counter,
    registry: Arc<Registry>,
}

impl Metrics {
    /// All metrics at zero, registered under their names.
    #[must_use]
    pub fn new() -> Self {
        let metrics = Self::default();
        let mut registry = Registry::default();
        for (name, help, counter) in [
            (
                "hashing_refused",
                "Credential checks rejected because the hashing queue was full",
                &metrics.hashing_refused,
            ),
            ("mails_sent", "Emails accepted by the mail server", &metrics.mails_sent),
            (
                "mails_retried",
                "Failed attempts to send an email that will be retried",
                &metrics.mails_retried,
            ),
            (
                "mails_given_up",
                "Emails rejected for good or not accepted in time",
                &metrics.mails_given_up,
            ),
        ] {
            registry.register(name, help, counter.clone());
        }
        let QueueMetrics {
            waiting,
            wait,
            duration,
        } = metrics.hashing.clone();
        registry.register("hashing_waiting", "Passwords that wait for a thread", waiting);
        registry.register_with_unit(
            "hashing_wait",
            "How long passwords waited for a thread",
            Unit::Seconds,
            wait,
        );
        registry.register_with_unit(
            "hashing_duration",
            "How long hashing a password took",
            Unit::Seconds,
            duration,
        );
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
