//! Lets pages on this machine, such as a frontend in development, read the mailbox from another origin (Fetch Standard,
//! CORS protocol). For anything but reading, browsers send a preflight request, which is never allowed.

use axum::extract::Request;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN, VARY};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use http_server::is_local_origin;

pub(super) async fn allow_localhost(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let origin = request
        .headers()
        .get(ORIGIN)
        .filter(|origin| is_read && is_local_origin(origin))
        .cloned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    headers.append(VARY, HeaderValue::from_static("origin"));
    response
}
