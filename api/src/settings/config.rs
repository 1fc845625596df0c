//! The settings as the server uses them.

use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;

use crate::app::AppConfig;
use crate::http::HttpConfig;

/// The settings as the server uses them: every default is filled in.
#[derive(Clone)]
pub struct Config {
    /// The URL of the database.
    pub database_url: SecretString,
    /// The URL of the mail server.
    pub smtp_url: SecretString,
    /// Sender of outgoing email.
    pub mail_from: String,
    /// The page that the email's button opens, with `#code=…` appended. It has no fragment of its own.
    pub activation_url: Option<Url>,
    /// The folder of the embedded parts, if any of them is used.
    pub data: Option<PathBuf>,
    /// For the use cases.
    pub app: AppConfig,
    /// For HTTP.
    pub http: HttpConfig,
}
