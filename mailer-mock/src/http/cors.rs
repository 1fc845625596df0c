//! Lets pages on this machine, such as a frontend in development, read the mailbox from another origin (Fetch Standard,
//! CORS protocol). For anything but reading, browsers send a preflight request, which is never allowed.

use axum::extract::Request;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN, VARY};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;

pub(super) async fn allow_localhost(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let origin = request
        .headers()
        .get(ORIGIN)
        .filter(|origin| is_read && is_localhost(origin))
        .cloned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    headers.append(VARY, HeaderValue::from_static("origin"));
    response
}

fn is_localhost(origin: &HeaderValue) -> bool {
    let Some((_, rest)) = origin.to_str().ok().and_then(|text| text.split_once("://")) else {
        return false;
    };
    let host = match rest.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => rest,
    };
    matches!(host, "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_localhost_origins() {
        for (origin, expected) in [
            ("http://localhost:3000", true),
            ("https://localhost", true),
            ("http://app.localhost:5173", true),
            ("http://127.0.0.1:8000", true),
            ("http://[::1]:3000", true),
            ("http://localhost.example.com", false),
            ("http://localhost:3000.example.com", false),
            ("http://example.com:80", false),
            ("http://example.com/localhost", false),
            ("http://notlocalhost:3000", false),
            ("http://127.0.0.1.example.com", false),
            ("http://192.168.0.1:8000", false),
            ("localhost", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(is_localhost(&HeaderValue::from_static(origin)), expected, "{origin}");
        }
    }
}
