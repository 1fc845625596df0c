//! The settings as the server uses them.

use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;

use crate::app::AppConfig;
use crate::http::HttpConfig;
use crate::locale::Locale;
use crate::mail::{Product, SmtpConfig};
use crate::shutdown::Shutdown;

/// The settings as the server uses them: every default is filled in.
#[derive(Clone)]
pub struct Config {
    /// The URL of the database.
    pub database_url: SecretString,
    /// How many connections to PostgreSQL the server opens at most.
    pub database_pool: u32,
    /// The mail server.
    pub smtp: SmtpConfig,
    /// Sender of outgoing email.
    pub mail_from: String,
    /// The page that the email's button opens, with `#code=…` appended. It has no fragment of its own.
    pub activation_url: Option<Url>,
    /// The product that the emails name.
    pub product: Product,
    /// A folder with templates that replace the built-in ones.
    pub mail_templates: Option<PathBuf>,
    /// The language of emails to users who have asked for no other.
    pub default_locale: Locale,
    /// Whether `/dev/mails` shows what emails look like.
    pub mail_previews: bool,
    /// The folder of the embedded parts, if any of them is used.
    pub data: Option<PathBuf>,
    /// How long a stop may take.
    pub shutdown: Shutdown,
    /// For the use cases.
    pub app: AppConfig,
    /// For HTTP.
    pub http: HttpConfig,
}
