use sea_orm::DatabaseConnection;

use super::client_address::TrustedProxies;
use crate::clock::SharedClock;
use crate::graphql::Schema;
use crate::metrics::Metrics;
use crate::random::SharedRandom;

/// What the handlers need.
#[derive(Clone)]
pub struct Context {
    /// The GraphQL schema.
    pub schema: Schema,
    /// For the readiness probe.
    pub db: DatabaseConnection,
    /// For the time when a request arrived.
    pub clock: SharedClock,
    /// For request ids.
    pub random: SharedRandom,
    /// For the address of the client.
    pub proxies: TrustedProxies,
    /// For the metrics endpoint.
    pub metrics: Metrics,
}
