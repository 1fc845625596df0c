//! What the server counts, in the text format of Prometheus.

use std::fmt::Write as _;
use std::sync::Arc;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

/// The counters, shared by all that count.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
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
        Self {
            registry: Arc::new(registry),
            ..metrics
        }
    }

    /// All counters in the `OpenMetrics` text format.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            let _ = text.write_str("# the counters could not be written\n");
        }
        text
    }
}
