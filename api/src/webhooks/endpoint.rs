//! The endpoints that the operator chose.

use std::fmt;
use std::fmt::Write;

use sha2::{Digest, Sha256};
use tokio::sync::Notify;
use url::Url;

use super::sign::SigningKey;
use super::target::Resolver;

/// Where webhooks go. By default nowhere.
#[derive(Clone, Debug, Default)]
pub struct WebhookConfig {
    /// The endpoints, in the order of `WEBHOOK_URL`.
    pub endpoints: Vec<Endpoint>,
    /// Whether an endpoint may have an address that is not public.
    pub allow_private: bool,
    /// Finds the addresses of endpoints.
    pub resolver: Resolver,
}

/// One endpoint.
#[derive(Clone)]
pub struct Endpoint {
    /// Names the endpoint in the database. Another URL is another endpoint.
    pub(super) id: String,
    /// Its URL, which may hold a secret.
    pub(super) url: Url,
    /// One key, or two while they are rotated.
    pub(super) keys: Vec<SigningKey>,
}

impl Endpoint {
    /// The endpoint of a URL.
    #[must_use]
    pub fn new(url: Url, keys: Vec<SigningKey>) -> Self {
        Self {
            id: digest(url.as_str()),
            url,
            keys,
        }
    }

    /// Whether both have the same URL.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
    }

    /// Scheme, host and port, which a terminal may show.
    pub(crate) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The host, which the log may show.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

/// An endpoint and what wakes its worker.
pub(super) struct Handle {
    pub(super) endpoint: Endpoint,
    pub(super) signal: Notify,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("id", &self.id)
            .field("host", &self.host())
            .finish_non_exhaustive()
    }
}

/// The first 64 bits of SHA-256, which tell a few endpoints apart.
fn digest(url: &str) -> String {
    let mut text = String::with_capacity(16);
    for byte in &Sha256::digest(url)[..8] {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
