//! Which pages of other origins may call the API (Fetch Standard, CORS protocol).

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};
use url::Url;

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
            Origins::Localhost => is_localhost(origin),
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

fn is_localhost(origin: &HeaderValue) -> bool {
    let url = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok());
    let host = url.as_ref().and_then(Url::host_str);
    host.is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_localhost() {
        for (origin, expected) in [
            ("http://localhost:3000", true),
            ("https://localhost", true),
            ("http://app.localhost:5173", true),
            ("http://127.0.0.1:8000", true),
            ("http://[::1]:3000", true),
            ("http://localhost.example.com", false),
            ("http://evil.com:80", false),
            ("http://evil.com/localhost", false),
            ("http://notlocalhost:3000", false),
            ("null", false),
        ] {
            assert_eq!(is_localhost(&HeaderValue::from_static(origin)), expected, "{origin}");
        }
    }
}
