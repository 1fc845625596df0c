use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::app::App;
use crate::metrics;

pub(super) async fn metrics(State(app): State<App>) -> Response {
    let text = metrics::text(&app.mailbox, &app.faults, &app.connections);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, kind)], text).into_response()
}
