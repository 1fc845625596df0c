//! The settings as the server uses them.

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::{SecretSlice, SecretString};
use url::Url;

use crate::credentials::HashingConfig;
use crate::http::{Origins, TrustedProxies};
use crate::policy::Policy;

/// The settings as the server uses them: every default is filled in.
pub struct Config {
    /// The URL of the database.
    pub database_url: SecretString,
    /// The URL of the mail server.
    pub smtp_url: SecretString,
    /// Sender of outgoing email.
    pub mail_from: String,
    /// The page that the email's button opens, with `#code=…` appended. It has no fragment of its own.
    pub activation_url: Option<Url>,
    /// The key for codes and limits.
    pub secret_key: SecretSlice<u8>,
    /// Where the API listens.
    pub http: SocketAddr,
    /// Where the metrics are served, if not on `http`.
    pub metrics: Option<SocketAddr>,
    /// The folder of the embedded parts, if any of them is used.
    pub data: Option<PathBuf>,
    /// The numbers that an operator chooses.
    pub policy: Policy,
    /// The cost of a hash.
    pub hashing: HashingConfig,
    /// Credential operations per minute from one client; 0 disables the limit.
    pub client_limit_per_minute: u32,
    /// The proxies whose `X-Forwarded-For` header is trusted.
    pub trusted_proxies: TrustedProxies,
    /// The origins whose pages may call the API.
    pub origins: Origins,
    /// Whether GraphiQL is served at `/`.
    pub graphiql: bool,
    /// The origin of the mailbox, in development.
    pub mailbox_url: Option<String>,
    /// Whether clients can query the schema.
    pub introspection: bool,
}
