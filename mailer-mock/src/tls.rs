//! TLS with a self-signed certificate, generated at each start.
//!
//! It exists to test the TLS of clients and protects no secrets. Clients that verify certificates can trust it as an
//! authority.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::CertifiedKey;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Names of this machine: loopback, and the service in `docker-compose.yml`.
const NAMES: [&str; 4] = ["localhost", "mailer-mock", "127.0.0.1", "::1"];

/// Why a certificate could not be generated, such as a lack of randomness. No setting causes it.
pub(crate) type CertificateError = Box<dyn std::error::Error + Send + Sync>;

/// A certificate, and a TLS acceptor that uses it.
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    /// PEM.
    pub(crate) certificate: Arc<str>,
}

impl Tls {
    /// Generates a certificate for the names of this machine and for `addr`.
    pub(crate) fn self_signed(addr: SocketAddr) -> Result<Self, CertificateError> {
        let mut names = NAMES.map(str::to_owned).to_vec();
        let ip = addr.ip();
        if !ip.is_unspecified() && !names.contains(&ip.to_string()) {
            names.push(ip.to_string());
        }
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names)?;
        let key = PrivateKeyDer::try_from(signing_key.serialize_der())?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate: cert.pem().into(),
        })
    }
}
