use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};

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
