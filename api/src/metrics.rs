//! What the server counts, in the text format of Prometheus.

use std::sync::Arc;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// What a queue of jobs goes through.
#[derive(Clone, Debug)]
pub struct QueueMetrics {
    /// Jobs that wait for a thread.
    pub waiting: Gauge,
    /// How long they waited, in seconds.
    pub wait: Histogram,
    /// How long they took, in seconds.
    pub duration: Histogram,
}

impl Default for QueueMetrics {
    fn default() -> Self {
        // From 1 ms to 8 s; a job waits for 5 s at most.
        let histogram = || Histogram::new(exponential_buckets(0.001, 2.0, 14));
        Self {
            waiting: Gauge::default(),
            wait: histogram(),
            duration: histogram(),
        }
    }
}

/// The counters, shared by all that count.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// Passwords that are hashed or compared.
    pub hashing: QueueMetrics,
    /// Credential checks that were refused because hashing is overloaded.
    pub hashing_refused: Counter,
    /// Mails that a mail server accepted.
    pub mails_sent: Counter,
    /// Sendings that failed and will be tried again.
    pub mails_retried: Counter,
    /// Mails that were given up: refused for good, or not accepted within the time.
    pub mails_given_up: Counter,
    registry: Arc<Registry>,
}

impl Metrics {
    /// Counters at zero, each under its name.
    #[must_use]
    pub fn new() -> Self {
        let metrics = Self::default();
        let mut registry = Registry::default();
        for (name, help, counter) in [
            (
                "hashing_refused",
                "Credential checks refused because hashing is overloaded",
                &metrics.hashing_refused,
            ),
            ("mails_sent", "Mails accepted by the mail server", &metrics.mails_sent),
            (
                "mails_retried",
                "Sendings that failed and will be tried again",
                &metrics.mails_retried,
            ),
            (
                "mails_given_up",
                "Mails refused for good or not accepted in time",
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
        registry.register_with_unit("hashing_wait", "How long passwords waited", Unit::Seconds, wait);
        registry.register_with_unit("hashing_duration", "How long a hash took", Unit::Seconds, duration);
        Self {
            registry: Arc::new(registry),
            ..metrics
        }
    }

    /// All metrics under their names.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}
