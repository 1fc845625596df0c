use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

/// For every response that is not a page: a browser must run and load nothing.
const ALLOW_NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Adds the security headers that the response does not set itself (OWASP HTTP Headers Cheat Sheet).
pub(super) fn add_defaults(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        // Any response may hold personal data.
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, ALLOW_NOTHING),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        // Pages of other origins can read responses through CORS only.
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
