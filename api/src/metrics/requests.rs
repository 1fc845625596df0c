use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// A histogram for each root field.
type Durations = Family<[(&'static str, &'static str); 1], Histogram, fn() -> Histogram>;

/// The metrics of GraphQL requests. Their labels are names of the schema, so there are few.
#[derive(Clone, Debug)]
pub struct RequestMetrics {
    requests: Family<RequestLabels, Counter>,
    duration: Durations,
    database_duration: Histogram,
    statements: Histogram,
    transaction_wait: Histogram,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    field: &'static str,
    outcome: &'static str,
}

/// A request that has ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EndedRequest {
    /// The root field.
    pub(crate) field: &'static str,
    /// The code of the first error, or `OK`.
    pub(crate) outcome: &'static str,
    /// From its head to its answer.
    pub(crate) duration: Duration,
    /// How long it waited for the database.
    pub(crate) database_duration: Duration,
    /// Its statements.
    pub(crate) statements: u64,
    /// How long its transactions took to begin, if there were some.
    pub(crate) transaction_wait: Option<Duration>,
}

impl Default for RequestMetrics {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            duration: Family::new_with_constructor(seconds),
            database_duration: seconds(),
            statements: Histogram::new(exponential_buckets(1.0, 2.0, 6)),
            transaction_wait: seconds(),
        }
    }
}

/// From half a millisecond to 16 seconds, which is more than the time limit of an operation.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_5, 2.0, 16))
}

impl RequestMetrics {
    /// Counts a request.
    #[expect(clippy::cast_precision_loss, reason = "a request has few statements")]
    pub(crate) fn observe(&self, ended: EndedRequest) {
        let EndedRequest { field, outcome, .. } = ended;
        self.requests.get_or_create(&RequestLabels { field, outcome }).inc();
        let duration = self.duration.get_or_create(&[("field", field)]);
        duration.observe(ended.duration.as_secs_f64());
        self.database_duration.observe(ended.database_duration.as_secs_f64());
        self.statements.observe(ended.statements as f64);
        if let Some(wait) = ended.transaction_wait {
            self.transaction_wait.observe(wait.as_secs_f64());
        }
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        let help = "GraphQL requests by root field and by the code of their first error";
        registry.register("graphql_requests", help, self.requests.clone());
        let mut timed = |name, help, histogram: &Histogram| {
            registry.register_with_unit(name, help, Unit::Seconds, histogram.clone());
        };
        let help = "How long GraphQL requests waited for the database";
        timed("graphql_request_database_duration", help, &self.database_duration);
        let help = "How long the transactions of a request took to begin, which is the wait for a connection";
        timed("database_transaction_wait", help, &self.transaction_wait);
        let help = "How long GraphQL requests took";
        registry.register_with_unit("graphql_request_duration", help, Unit::Seconds, self.duration.clone());
        let help = "Statements of a GraphQL request";
        registry.register("graphql_request_statements", help, self.statements.clone());
    }
}
