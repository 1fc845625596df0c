//! Which pages of other origins may call the API (Fetch Standard, CORS protocol).

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, header};
use http_server::is_local_origin;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// The origins that CORS allows.
#[derive(Debug, Clone)]
pub enum Origins {
    /// Pages of this machine, on any port: for development.
    Localhost,
    /// Only these, such as `https://app.example.com`.
    Listed(Vec<HeaderValue>),
}

pub(super) fn layer(origins: Origins) -> CorsLayer {
    let traceparent = HeaderName::from_static("traceparent");
    let request_id = HeaderName::from_static("x-request-id");
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _: &Parts| match &origins {
            Origins::Localhost => is_local_origin(origin),
            Origins::Listed(listed) => listed.contains(origin),
        }))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            traceparent,
            request_id.clone(),
        ])
        .expose_headers([header::RETRY_AFTER, request_id])
        .max_age(std::time::Duration::from_mins(10))
        .vary([header::ORIGIN])
}
