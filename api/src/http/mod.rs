//! HTTP: the routes, and what every answer has.

pub(crate) mod authorization;
mod client_address;
mod cors;
pub mod graphiql;
mod graphql;
mod headers;
mod pages;
mod panics;
mod request_id;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::get;
use sea_orm::DatabaseConnection;

pub use client_address::TrustedProxies;
pub use cors::Origins;
pub use http_server::{Limits, serve};

use crate::clock::SharedClock;
use crate::graphql::Schema;
use crate::metrics::Metrics;
use crate::random::SharedRandom;

/// The longest body that is read.
const BODY_LIMIT: usize = 64 * 1024;

/// What the handlers need.
#[derive(Clone)]
pub struct Context {
    /// The GraphQL schema.
    pub schema: Schema,
    /// For the readiness probe.
    pub db: DatabaseConnection,
    /// For when a request arrived.
    pub clock: SharedClock,
    /// For request ids.
    pub random: SharedRandom,
    /// For where a request comes from.
    pub proxies: TrustedProxies,
    /// For the page of metrics.
    pub metrics: Metrics,
}

/// What is served beside GraphQL, and to whom.
#[derive(Debug, Clone)]
pub struct Options {
    /// GraphiQL at `/`.
    pub graphiql: bool,
    /// The origin of the mailbox out of which GraphiQL's page reads codes.
    pub mailbox: Option<String>,
    /// The schema at `/schema.graphql`.
    pub introspection: bool,
    /// The page of metrics.
    pub metrics: bool,
    /// Whose pages may call.
    pub origins: Origins,
}

/// All routes of the API.
pub fn router(context: Context, options: Options) -> Router {
    let Options {
        graphiql,
        mailbox,
        introspection,
        metrics,
        origins,
    } = options;
    let counters = context.metrics.clone();
    let context = Arc::new(context);
    let mut router = Router::new()
        .route(
            "/graphql",
            get(graphql::get)
                .post(graphql::post)
                .fallback(pages::method_not_allowed),
        )
        .route("/livez", get(pages::livez))
        .route("/readyz", get(pages::readyz))
        .fallback(pages::not_found);
    if metrics {
        router = router.route("/metrics", get(pages::metrics).with_state(counters));
    }
    if introspection {
        router = router.route("/schema.graphql", get(pages::schema));
    }
    if graphiql {
        router = router.merge(graphiql::routes(mailbox.as_deref()));
    }
    router
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(panics::answer))
        .layer(cors::layer(origins))
        .layer(map_response(headers::layer))
        .layer(from_fn_with_state(context.clone(), request_id::layer))
        .with_state(context)
}

/// The page of metrics alone, for an address that the public does not reach.
pub fn metrics_router(metrics: Metrics) -> Router {
    Router::new()
        .route("/metrics", get(pages::metrics))
        .layer(map_response(headers::layer))
        .with_state(metrics)
}
