//! TLS of outgoing connections.

use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

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
