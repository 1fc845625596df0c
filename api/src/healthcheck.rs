//! Asking a server over HTTP, without a client library: for a container's health check, and for the demonstration.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the server that listens on an address is ready.
///
/// # Errors
/// What it answered instead.
pub async fn ask(listening: SocketAddr) -> Result<(), String> {
    // A server that listens on every address is asked on this machine's own.
    let ip = if listening.ip().is_unspecified() {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        listening.ip()
    };
    let address = SocketAddr::new(ip, listening.port());
    let request = Request::get("/readyz")
        .header("host", address.to_string())
        .body(Full::default())
        .map_err(|error| error.to_string())?;
    let response = tokio::time::timeout(PATIENCE, send(address, request))
        .await
        .map_err(|_| format!("{address} does not answer in time"))??;
    let status = response.status();
    if status.is_success() {
        Ok(())
    } else {
        Err(format!("{address} answers {status}"))
    }
}

/// Sends one request on a connection of its own, and reads the whole answer.
pub(crate) async fn send(address: SocketAddr, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{address}: {error}");
    let stream = TcpStream::connect(address).await.map_err(|error| failed(&error))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| failed(&error))?;
    let driver = tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(|error| failed(&error))?;
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| failed(&error))?.to_bytes();
    driver.abort();
    Ok(Response::from_parts(head, body))
}
