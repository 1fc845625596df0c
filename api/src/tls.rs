//! Outgoing connections, over TLS if their URL says so.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, Error as TlsError, RootCertStore};
use url::Url;

/// A connection, encrypted or not.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Trusts the certificate authorities of Mozilla's list.
pub(crate) fn connector() -> TlsConnector {
    connector_with(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect())
}

/// Trusts these certificate authorities.
pub(crate) fn connector_with(roots: RootCertStore) -> TlsConnector {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for the default versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// Connects to the host of a URL. The error says what failed.
pub(crate) async fn connect(tls: &TlsConnector, url: &Url) -> Result<Box<dyn Stream>, String> {
    let port = url.port_or_known_default().unwrap_or_default();
    let stream = TcpStream::connect((host(url), port)).await;
    let stream = stream.map_err(|error| format!("cannot connect: {}", error.kind()))?;
    secure(tls, url, stream).await
}

/// Begins TLS on a connection to the host of a URL, if its scheme is https. The error says what failed.
pub(crate) async fn secure(tls: &TlsConnector, url: &Url, stream: TcpStream) -> Result<Box<dyn Stream>, String> {
    let _ = stream.set_nodelay(true);
    if url.scheme() != "https" {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(host(url).to_owned());
    let name = name.map_err(|_| "TLS: the host is not a valid name".to_owned())?;
    let encrypted = tls.connect(name, stream).await;
    Ok(Box::new(encrypted.map_err(|error| not_tls(&error))?))
}

/// The host, without the brackets of an IPv6 address.
fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default().trim_matches(['[', ']'])
}

/// The other side's own bytes are not quoted.
fn not_tls(error: &io::Error) -> String {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<TlsError>());
    match cause {
        Some(TlsError::InvalidCertificate(_)) => "TLS: the certificate is not valid".to_owned(),
        Some(_) => "TLS: the handshake failed".to_owned(),
        None => format!("TLS: {}", error.kind()),
    }
}
