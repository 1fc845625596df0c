//! The settings. [`Settings`] lists them all, [`parse`] reads them, and [`Settings::resolve`] adds the defaults that
//! depend on other settings.

mod command_line;
mod config;
mod data_folder;
mod resolve;
mod secret_files;
mod traces;
mod values;
mod webhooks;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::HeaderValue;
use clap::{ArgAction, Args};
use ipnet::IpNet;
use secrecy::{SecretSlice, SecretString};
use url::Url;

use crate::credentials::HashImplementation;
use crate::database::POOL_SIZE;
use crate::locale::Locale;

pub use self::command_line::parse;
pub use self::config::Config;
use self::traces::TraceSettings;
use self::values::LogFormat;
pub use self::values::locale;
use self::values::{
    Environment, Switch, activation_url, address, app_name, app_url, boolean, code_length, database_url, duration,
    ehlo_name, file, host_name, log_levels, mailbox_origin, network, number, origin, positive, public_url, secret_key,
    shutdown_delay, up_to,
};
use self::webhooks::WebhookSettings;

/// All settings, as flags and as environment variables of the same name: `--http-addr` and `HTTP_ADDR`. The value of
/// one with `hide_env_values` is secret: no error shows it.
#[derive(Args, Debug)]
pub struct Settings {
    #[arg(
        long,
        env = "APP_ENV",
        value_name = "ENVIRONMENT",
        default_value = "development",
        help = "Environment. In production, DATABASE_URL, SECRET_KEY and SMTP_URL have no defaults"
    )]
    app_env: Environment,

    /// Where the API listens; port 0 picks a free port
    #[arg(long, env = "HTTP_ADDR", value_name = "ADDRESS", default_value = "127.0.0.1:8000", value_parser = address)]
    pub http_addr: SocketAddr,

    #[arg(
        long,
        env = "DATABASE_URL",
        value_name = "URL",
        hide_env_values = true,
        value_parser = database_url,
        help = "Database, as postgres://USER:PASSWORD@HOST/NAME or sqlite://FILE [default: a SQLite file in ./data]"
    )]
    database_url: Option<SecretString>,

    /// Connections to PostgreSQL at most
    #[arg(long, env = "DATABASE_POOL", value_name = "NUMBER", default_value_t = POOL_SIZE, value_parser = positive::<u32>)]
    pub(crate) database_pool: u32,

    /// At least 32 bytes, the same for all replicas [default: created once in ./data]
    #[arg(long, env = "SECRET_KEY", value_name = "KEY", hide_env_values = true, value_parser = secret_key)]
    secret_key: Option<SecretSlice<u8>>,

    /// Another secret key that other replicas use, or used until now; see docs/operations.md [default: none]
    #[arg(long, env = "SECRET_KEY_PREVIOUS", value_name = "KEY", hide_env_values = true, value_parser = secret_key)]
    secret_key_previous: Option<SecretSlice<u8>>,

    /// Mail server, as smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT
    #[cfg_attr(feature = "embedded-mailbox", doc = "[default: the embedded mailbox]")]
    #[arg(long, env = "SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) smtp_url: Option<SecretString>,

    /// Whether email may be sent without TLS in production
    #[arg(
        long,
        env = "SMTP_ALLOW_PLAINTEXT",
        value_name = "BOOLEAN",
        default_value = "false",
        action = ArgAction::Set,
        value_parser = boolean
    )]
    smtp_allow_plaintext: bool,

    /// Name of this server in the EHLO command [default: the host name if it has a dot, else the IP address]
    #[arg(long, env = "SMTP_EHLO_NAME", value_name = "NAME", value_parser = ehlo_name)]
    smtp_ehlo_name: Option<String>,

    /// Where the embedded mailbox receives email [default: 127.0.0.1:1025, or a free port]
    #[cfg(feature = "embedded-mailbox")]
    #[arg(long, env = "MAILER_MOCK_SMTP", value_name = "ADDRESS", value_parser = values::loopback)]
    pub(crate) mailer_mock_smtp: Option<SocketAddr>,

    /// Where the embedded mailbox shows email [default: 127.0.0.1:8025, or a free port]
    #[cfg(feature = "embedded-mailbox")]
    #[arg(long, env = "MAILER_MOCK_HTTP", value_name = "ADDRESS", value_parser = values::loopback)]
    pub(crate) mailer_mock_http: Option<SocketAddr>,

    /// Where a browser opens the mailbox, so that GraphiQL can show the codes; only for development
    #[cfg_attr(feature = "embedded-mailbox", doc = "[default: the embedded mailbox]")]
    #[arg(long, env = "MAILBOX_URL", value_name = "ORIGIN", value_parser = mailbox_origin)]
    pub(crate) mailbox_url: Option<String>,

    /// Sender of outgoing email
    #[arg(
        long,
        env = "MAIL_FROM",
        value_name = "SENDER",
        default_value = "Registration <no-reply@localhost>"
    )]
    mail_from: String,

    /// Name of the product, for emails [default: none]
    #[arg(long, env = "APP_NAME", value_name = "NAME", value_parser = app_name)]
    app_name: Option<String>,

    /// Home page of the product, for emails [default: none]
    #[arg(long, env = "APP_URL", value_name = "URL", value_parser = app_url)]
    app_url: Option<Url>,

    /// Page of the frontend that accepts the code; the email has a button to URL#code=…
    #[arg(long, env = "ACTIVATION_URL", value_name = "URL", value_parser = activation_url)]
    activation_url: Option<Url>,

    /// Language of emails to users who have asked for no other: en, de, fr or es
    #[arg(long, env = "DEFAULT_LOCALE", value_name = "LANGUAGE", default_value = "en", value_parser = locale)]
    default_locale: Locale,

    /// Folder with templates of emails, which replace those of the same name [default: none]
    #[arg(long, env = "MAIL_TEMPLATES", value_name = "FOLDER")]
    mail_templates: Option<PathBuf>,

    /// Number of digits in an activation code, 4 to 8
    #[arg(long, env = "ACTIVATION_CODE_LENGTH", value_name = "NUMBER", default_value = "4", value_parser = code_length)]
    activation_code_length: u8,

    /// How long an activation code is valid
    #[arg(long, env = "ACTIVATION_CODE_TTL", value_name = "DURATION", default_value = "60s", value_parser = duration)]
    activation_code_ttl: Duration,

    /// How long a session is valid
    #[arg(long, env = "SESSION_TTL", value_name = "DURATION", default_value = "30d", value_parser = duration)]
    session_ttl: Duration,

    /// How long a session is valid without being used
    #[arg(long, env = "SESSION_IDLE", value_name = "DURATION", default_value = "7d", value_parser = duration)]
    session_idle: Duration,

    /// How long the events of accounts and the counts of refused requests are kept
    #[arg(long, env = "AUDIT_RETENTION", value_name = "DURATION", default_value = "90d", value_parser = duration)]
    audit_retention: Duration,

    /// Credential operations per minute from one client (an IPv4 address or an IPv6 /64); 0 disables the limit
    #[arg(long, env = "CLIENT_LIMIT_PER_MINUTE", value_name = "NUMBER", default_value = "60", value_parser = number)]
    client_limit_per_minute: u32,

    /// Names of the API in the Host header, separated by commas [default: any; in development none but local ones]
    #[arg(long, env = "ALLOWED_HOSTS", value_name = "NAMES", value_delimiter = ',', value_parser = host_name)]
    allowed_hosts: Option<Vec<String>>,

    /// Connections in all [default: 4096, or as many as the limit of open files allows]
    #[arg(long, env = "MAX_CONNECTIONS", value_name = "NUMBER", value_parser = positive::<usize>)]
    max_connections: Option<usize>,

    /// Connections from one client network [default: a quarter of all]
    #[arg(long, env = "MAX_CONNECTIONS_PER_NETWORK", value_name = "NUMBER", value_parser = positive::<usize>)]
    max_connections_per_network: Option<usize>,

    /// Where clients reach the API, for `api doctor` [default: none]
    #[arg(long, env = "PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub(crate) public_url: Option<Url>,

    /// Networks of the proxies whose X-Forwarded-For header is trusted, separated by commas [default: none]
    #[arg(long, env = "TRUSTED_PROXIES", value_name = "NETWORKS", value_delimiter = ',', value_parser = network)]
    trusted_proxies: Vec<IpNet>,

    /// Origins whose pages may call the API, separated by commas [default: none; in development any localhost]
    #[arg(long, env = "CORS_ALLOWED_ORIGINS", value_name = "ORIGINS", value_delimiter = ',', value_parser = origin)]
    cors_allowed_origins: Option<Vec<HeaderValue>>,

    /// Whether to serve GraphiQL at / [default: on; in production off]
    #[arg(long, env = "GRAPHIQL", value_name = "SWITCH")]
    graphiql: Option<Switch>,

    /// Whether clients can query the schema [default: on; in production off]
    #[arg(long, env = "INTROSPECTION", value_name = "SWITCH")]
    introspection: Option<Switch>,

    /// Threads that hash passwords [default: one per core]
    #[arg(long, env = "HASH_THREADS", value_name = "NUMBER", value_parser = up_to::<1024>)]
    hash_threads: Option<usize>,

    /// Passwords that can wait to be hashed
    #[arg(long, env = "HASH_QUEUE", value_name = "NUMBER", default_value = "256", value_parser = up_to::<1_000_000>)]
    hash_queue: usize,

    /// Memory of one hash, in KiB
    #[arg(long, env = "ARGON2_M_KIB", value_name = "NUMBER", default_value = "19456", value_parser = positive::<u32>)]
    argon2_m_kib: u32,

    /// Passes of one hash over its memory
    #[arg(long, env = "ARGON2_T", value_name = "NUMBER", default_value = "2", value_parser = positive::<u32>)]
    argon2_t: u32,

    /// Lanes of one hash
    #[arg(long, env = "ARGON2_P", value_name = "NUMBER", default_value = "1", value_parser = positive::<u32>)]
    argon2_p: u32,

    /// What computes argon2id; both give the same hashes
    #[arg(
        long,
        env = "HASH_IMPLEMENTATION",
        value_name = "CRATE",
        default_value = "argon2-rust"
    )]
    hash_implementation: HashImplementation,

    /// Passwords to refuse: the SHA-1 file of Have I Been Pwned, ordered by hash [default: only the built-in list]
    #[arg(long, env = "BREACHED_PASSWORDS", value_name = "FILE", value_parser = file)]
    breached_passwords: Option<PathBuf>,

    #[command(flatten)]
    webhooks: WebhookSettings,

    #[command(flatten)]
    traces: TraceSettings,

    /// Where to serve /metrics [default: on the address of the API]
    #[arg(long, env = "METRICS_ADDR", value_name = "ADDRESS", value_parser = address)]
    metrics_addr: Option<SocketAddr>,

    /// How long a stopping server still accepts requests, so that proxies notice it [default: 0s; in production 5s]
    #[arg(long, env = "SHUTDOWN_DELAY", value_name = "DURATION", value_parser = shutdown_delay)]
    shutdown_delay: Option<Duration>,

    /// How long the rest of a stop may take
    #[arg(long, env = "SHUTDOWN_TIMEOUT", value_name = "DURATION", default_value = "30s", value_parser = duration)]
    shutdown_timeout: Duration,

    /// Format of the log [default: pretty; in production json]
    #[arg(long, env = "LOG_FORMAT", value_name = "FORMAT")]
    log_format: Option<LogFormat>,

    /// What to log: a level, or levels per module such as api=debug,info
    #[arg(long, env = "RUST_LOG", value_name = "LEVELS", default_value = "info", value_parser = log_levels)]
    rust_log: String,
}
