//! Tells `api doctor` how its request arrived.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, State};
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::context::Context;
use super::probes::not_found;
use crate::client::Client;
use crate::proxy_probe::{self, FORGED, ProxyReport};

/// Without a valid marker, there is nothing here.
pub(super) async fn tell(
    State(context): State<Arc<Context>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let now = context.app.clock.now();
    if !proxy_probe::is_valid(text(proxy_probe::MARKER), &context.app.keys, now) {
        return not_found().await.into_response();
    }
    let client = context.proxies.client(peer.ip(), &headers);
    let forged = FORGED.to_string();
    let mut forwarded = headers.get_all("x-forwarded-for").iter();
    let report = ProxyReport {
        peer: Client::at(peer.ip()).network_cidr(),
        is_trusted: context.proxies.network_of(peer.ip()).is_none(),
        is_forwarded: forwarded.any(|value| value.as_bytes().trim_ascii() != forged.as_bytes()),
        is_forged: client == FORGED,
        client: Client::at(client).network_cidr(),
        host: text(HOST.as_str()).to_owned(),
    };
    let headers = [(CONTENT_TYPE, "application/json")];
    let body = serde_json::to_string(&report).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR);
    (headers, body).into_response()
}
