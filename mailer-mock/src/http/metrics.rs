use axum::extract::State;
use axum::response::Response;
use http_server::metrics_response;

use super::app::App;
use crate::metrics::registry;

pub(super) async fn metrics(State(app): State<App>) -> Response {
    metrics_response(&registry(&app.mailbox, &app.faults, &app.connections))
}
