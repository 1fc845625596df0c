use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// The routes, described for programs: `OpenAPI` 3.1. The tests hold every answer against it.
pub(super) async fn document() -> Response {
    let json = [(CONTENT_TYPE, "application/json")];
    (json, include_str!("../../openapi.json")).into_response()
}
