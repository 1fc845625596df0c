use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::get;

use http_server::AllowedHosts;

use super::client_address::TrustedProxies;
use super::context::Context;
use super::cors::Origins;
use super::every_request::EveryRequest;
use super::mail_previews::MailPreviews;
use super::{
    allowed_hosts, cors, every_request, graphiql, graphql as handlers, headers, probes, proxy_probe, request_id,
};
use crate::app::App;
use crate::graphql;
use crate::metrics::Metrics;

/// Where the API listens, which routes it serves beside GraphQL, and which clients may call it.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Where the API listens.
    pub addr: SocketAddr,
    /// Where the metrics are served, if not on `addr`.
    pub metrics_addr: Option<SocketAddr>,
    /// The host names that requests may have.
    pub allowed_hosts: AllowedHosts,
    /// The most connections of the API, if set.
    pub max_connections: Option<usize>,
    /// The most connections of one client network, if set.
    pub max_connections_per_network: Option<usize>,
    /// The proxies whose `X-Forwarded-For` header is trusted.
    pub trusted_proxies: TrustedProxies,
    /// The origins whose pages may call the API.
    pub origins: Origins,
    /// Whether GraphiQL is served at `/`.
    pub graphiql: bool,
    /// The origin of the mailbox, from which GraphiQL's page reads codes.
    pub mailbox_url: Option<String>,
    /// Whether clients can query the schema, and read it at `/schema.graphql`.
    pub introspection: bool,
}

/// All routes of the API, with the previews of emails if there are some.
pub fn router(app: App, config: HttpConfig, previews: Option<MailPreviews>) -> Router {
    let context = Arc::new(Context {
        schema: graphql::schema(&app, config.introspection),
        proxies: config.trusted_proxies,
        app,
    });
    let mut router = Router::new()
        .route(
            "/graphql",
            get(handlers::get)
                .post(handlers::post)
                .fallback(handlers::method_not_allowed),
        )
        .route("/livez", get(probes::livez))
        .route("/readyz", get(probes::readyz))
        .route(
            crate::proxy_probe::PATH,
            get(proxy_probe::tell).fallback(probes::not_found),
        )
        .fallback(probes::not_found);
    if config.metrics_addr.is_none() {
        router = router.route("/metrics", get(probes::metrics).with_state(context.app.metrics.clone()));
    }
    if config.introspection {
        router = router.route("/schema.graphql", get(handlers::schema));
    }
    if config.graphiql {
        router = router.merge(graphiql::routes(config.mailbox_url.as_deref()));
    }
    if let Some(previews) = previews {
        router = router.merge(previews.routes());
    }
    let every_request = Arc::new(EveryRequest {
        allowed_hosts: config.allowed_hosts,
        cors: cors::layer(config.origins),
        stopping: context.app.stopping.clone(),
    });
    router
        .layer((
            from_fn_with_state(context.clone(), request_id::assign),
            from_fn_with_state(every_request, every_request::respond),
        ))
        .with_state(context)
}

/// Metrics only, for an address that the public does not reach.
pub fn metrics_router(metrics: Metrics, allowed_hosts: AllowedHosts) -> Router {
    Router::new()
        .route("/metrics", get(probes::metrics))
        .layer(from_fn_with_state(allowed_hosts, allowed_hosts::require))
        .layer(map_response(async |response: Response| headers::add_defaults(response)))
        .with_state(metrics)
}
