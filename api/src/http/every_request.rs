//! What every request passes on its way to a route and back. It is one layer: axum copies and boxes each layer, with
//! all layers inside it, for each request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::middleware::Next;
use axum::response::Response;
use http_server::AllowedHosts;
use tower::{Layer, Service, service_fn};
use tower_http::cors::CorsLayer;

use super::request_id::RequestId;
use super::{allowed_hosts, headers, panics};

/// What all requests are checked by.
pub(super) struct EveryRequest {
    pub(super) allowed_hosts: AllowedHosts,
    pub(super) cors: CorsLayer,
    pub(super) stopping: Arc<AtomicBool>,
}

/// Refuses host names that are not allowed, answers preflights, catches panics, and adds the headers.
pub(super) async fn respond(State(every): State<Arc<EveryRequest>>, request: Request, mut next: Next) -> Response {
    let response = match allowed_hosts::check(&every.allowed_hosts, request) {
        Ok(request) => {
            let id = request.extensions().get::<RequestId>().cloned();
            let route = service_fn(|request| panics::catch(id.clone(), next.call(request)));
            let Ok(response) = every.cors.layer(route).call(request).await;
            response
        }
        Err(refusal) => *refusal,
    };
    let mut response = headers::add_defaults(response);
    if every.stopping.load(Ordering::Relaxed) {
        // The next request should go to another server.
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
