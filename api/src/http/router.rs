use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::get;

use super::context::Context;
use super::cors::Origins;
use super::{cors, graphiql, graphql, headers, panics, probes, request_id};
use crate::metrics::Metrics;

/// Which routes are served beside GraphQL, and which origins may call.
#[derive(Debug, Clone)]
pub struct Options {
    /// Serve GraphiQL at `/`.
    pub graphiql: bool,
    /// The origin of the mailbox, from which GraphiQL's page reads codes.
    pub mailbox: Option<String>,
    /// Serve the schema at `/schema.graphql`.
    pub introspection: bool,
    /// Serve metrics at `/metrics`.
    pub metrics: bool,
    /// The origins that CORS allows.
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
    let context = Arc::new(context);
    let mut router = Router::new()
        .route(
            "/graphql",
            get(graphql::get)
                .post(graphql::post)
                .fallback(graphql::method_not_allowed),
        )
        .route("/livez", get(probes::livez))
        .route("/readyz", get(probes::readyz))
        .fallback(probes::not_found);
    if metrics {
        router = router.route("/metrics", get(probes::metrics).with_state(context.metrics.clone()));
    }
    if introspection {
        router = router.route("/schema.graphql", get(graphql::schema));
    }
    if graphiql {
        router = router.merge(graphiql::routes(mailbox.as_deref()));
    }
    router
        .layer(from_fn(panics::catch))
        .layer(cors::layer(origins))
        .layer(map_response(headers::add_defaults))
        .layer(from_fn_with_state(context.clone(), request_id::assign))
        .with_state(context)
}

/// Metrics only, for an address that the public does not reach.
pub fn metrics_router(metrics: Metrics) -> Router {
    Router::new()
        .route("/metrics", get(probes::metrics))
        .layer(map_response(headers::add_defaults))
        .with_state(metrics)
}
