//! The settings as the server uses them.

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::{SecretSlice, SecretString};

use crate::account::Policy;
use crate::hashing::HashingConfig;
use crate::http::{Origins, TrustedProxies};

/// The settings as the server uses them.
pub struct Config {
    /// The URL of the database.
    pub database_url: SecretString,
    /// The mail server.
    pub mail: Mail,
    /// From whom mails come.
    pub mail_from: String,
    /// What codes and limits are keyed with.
    pub secret_key: SecretSlice<u8>,
    /// Where the API listens.
    pub http: SocketAddr,
    /// Where the page of metrics is, if not beside the API.
    pub metrics: Option<SocketAddr>,
    /// The folder of the embedded parts, if any is used.
    pub data: Option<PathBuf>,
    /// The operator's numbers.
    pub policy: Policy,
    /// The work of a hash.
    pub hashing: HashingConfig,
    /// Credential operations of one client a minute; 0 is no limit.
    pub client_limit_per_minute: u32,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// Whose pages may call the API.
    pub origins: Origins,
    /// Whether GraphiQL is at `/`.
    pub graphiql: bool,
    /// The origin of the mailbox, if it is not the embedded one. Nobody has one in production.
    pub mailbox_url: Option<String>,
    /// Whether the schema can be asked for.
    pub introspection: bool,
}

/// The mail server.
pub enum Mail {
    /// Another process.
    Server(SecretString),
    /// The embedded mailer-mock: where it takes mail and where it shows it. What is not given may move to a free port.
    Embedded {
        /// For SMTP.
        smtp: Option<SocketAddr>,
        /// For the mailbox.
        http: Option<SocketAddr>,
    },
}
