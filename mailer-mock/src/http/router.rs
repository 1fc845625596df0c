use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http_server::{AllowedHosts, metrics_response};

use super::error::HttpError;
use super::page::IndexPage;
use super::{allowed_hosts, attachment, cors, events, faults, message_html, messages, page, wait};
use crate::faults::Faults;
use crate::mailbox::Mailbox;
use crate::metrics::{Connections, registry};

/// The state that the routes share. Each route extracts the part that it needs.
#[derive(Clone, FromRef)]
pub(crate) struct App {
    pub(crate) mailbox: Mailbox,
    pub(crate) faults: Faults,
    pub(crate) connections: Connections,
    pub(crate) page: IndexPage,
    /// The certificate for STARTTLS, if it is offered.
    pub(crate) certificate: Option<Arc<str>>,
    pub(crate) allowed_hosts: AllowedHosts,
}

/// All routes.
pub(crate) fn router(app: App) -> Router {
    let require_allowed_host = from_fn_with_state(app.allowed_hosts.clone(), allowed_hosts::require);
    let api = Router::new()
        .route(
            "/messages",
            get(messages::list).put(messages::mark).delete(messages::delete),
        )
        .route("/message/{id}", get(messages::one))
        .route("/message/{id}/raw", get(messages::raw))
        .route("/message/{id}/headers", get(messages::headers))
        .route("/message/{id}/part/{part}", get(attachment::download))
        .route("/search", get(messages::search).delete(messages::delete_found))
        .route("/wait", get(wait::wait))
        .route("/events", get(events::events))
        .route("/faults", get(faults::list).put(faults::replace))
        .route("/certificate", get(certificate))
        .route("/openapi.json", get(openapi));
    let pages = Router::new()
        .route("/", get(page::index))
        .route("/page/{name}", get(page::file))
        .route("/view/{file}", get(message_html::show));
    Router::new()
        .route("/livez", get(alive))
        .route("/readyz", get(alive))
        .route("/metrics", get(metrics))
        .merge(pages)
        .nest("/api/v1", api.layer(from_fn(cors::allow_localhost)))
        .fallback(unknown_route)
        .method_not_allowed_fallback(unknown_method)
        .layer(require_allowed_host)
        .layer(map_response(page::set_security_headers))
        .with_state(app)
}

/// Both listeners are bound before the first request, so it is ready whenever it is alive.
async fn alive() -> Json<serde_json::Value> {
    Json(serde_json::json!({ "status": "ok" }))
}

async fn metrics(State(app): State<App>) -> Response {
    metrics_response(&registry(&app.mailbox, &app.faults, &app.connections))
}

async fn certificate(State(app): State<App>) -> Result<Response, HttpError> {
    let pem = app
        .certificate
        .ok_or_else(|| HttpError::not_found("STARTTLS is turned off"))?;
    Ok(([(CONTENT_TYPE, "application/x-pem-file")], pem.to_string()).into_response())
}

/// The tests check every response against this document.
async fn openapi() -> Response {
    let json = [(CONTENT_TYPE, "application/json")];
    (json, include_str!("../../openapi.json")).into_response()
}

async fn unknown_route(uri: Uri) -> HttpError {
    HttpError::not_found(format!("there is no route {}", uri.path()))
}

async fn unknown_method(method: Method, uri: Uri) -> HttpError {
    let message = format!("{} does not support {method}", uri.path());
    HttpError::new(StatusCode::METHOD_NOT_ALLOWED, message)
}
