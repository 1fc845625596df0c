//! A minimal HTTP client, for a container's health check and for the demo.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::task::AbortOnDropHandle;

const HEALTH_CHECK_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest body of a response, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// Why a connection brought no response.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each variant has its message")]
pub enum ExchangeError {
    #[error(transparent)]
    Http(#[from] hyper::Error),
    #[error("the body breaks off, or is too long")]
    Body,
}

/// Why a server did not respond as it should.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each variant has its message")]
pub enum ClientError {
    #[error("cannot connect to {0}: {1}")]
    Connect(SocketAddr, std::io::Error),
    #[error("no HTTP response from {0}: {1}")]
    Http(SocketAddr, ExchangeError),
    #[error("{0} did not respond within {seconds} seconds", seconds = HEALTH_CHECK_TIMEOUT.as_secs())]
    Timeout(SocketAddr),
    #[error("{0} responded with {1}")]
    Unhealthy(SocketAddr, StatusCode),
}

/// Sends one request on a connection of its own, and reads the whole response.
///
/// # Errors
/// When there is no response.
pub async fn send(address: SocketAddr, request: Request<String>) -> Result<Response<Bytes>, ClientError> {
    let stream = TcpStream::connect(address)
        .await
        .map_err(|error| ClientError::Connect(address, error))?;
    let exchanged = exchange(stream, request).await;
    exchanged.map_err(|error| ClientError::Http(address, error))
}

/// Sends one request on a connection, and reads the whole response.
///
/// # Errors
/// When there is no response, or its body has more than 64 KiB.
pub async fn exchange<S>(stream: S, request: Request<String>) -> Result<Response<Bytes>, ExchangeError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let _driver = AbortOnDropHandle::new(tokio::spawn(connection));
    let request = request.map(|body| Full::new(Bytes::from(body)));
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await;
    let body = body.map_err(|_| ExchangeError::Body)?;
    Ok(Response::from_parts(head, body.to_bytes()))
}

/// Asks the server that listens on an address for a path, and expects a successful response.
///
/// # Errors
/// When there is none in time.
pub async fn check_health(listening: SocketAddr, path: &'static str) -> Result<(), ClientError> {
    let address = reachable(listening);
    let mut request = Request::new(String::new());
    *request.uri_mut() = hyper::Uri::from_static(path);
    if let Ok(host) = address.to_string().parse() {
        request.headers_mut().insert(hyper::header::HOST, host);
    }
    let response = tokio::time::timeout(HEALTH_CHECK_TIMEOUT, send(address, request))
        .await
        .map_err(|_| ClientError::Timeout(address))??;
    match response.status() {
        status if status.is_success() => Ok(()),
        status => Err(ClientError::Unhealthy(address, status)),
    }
}

/// A server can listen on all addresses of the machine, but a client must connect to one.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    address
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn long_body_is_not_read() {
        let (ours, mut theirs) = tokio::io::duplex(1024);
        tokio::spawn(async move {
            let _ = theirs.read(&mut [0; 1024]).await;
            let _ = theirs.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            let _ = theirs.write_all("x".repeat(MAX_BODY + 1).as_bytes()).await;
        });
        let exchanged = exchange(ours, Request::new(String::new())).await;
        assert!(matches!(exchanged, Err(ExchangeError::Body)), "{exchanged:?}");
    }

    #[test]
    fn unspecified_addresses_are_reached_over_loopback() {
        for (listening, expected) in [
            ("0.0.0.0:8025", "127.0.0.1:8025"),
            ("[::]:8025", "[::1]:8025"),
            ("192.0.2.1:8025", "192.0.2.1:8025"),
        ] {
            assert_eq!(listening.parse().map(reachable), expected.parse());
        }
    }
}
