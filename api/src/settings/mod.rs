//! The settings: flags and environment variables, and what they mean together.

mod config;
mod data_folder;
mod secret_file;
mod values;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::HeaderValue;
use clap::{Args, ValueEnum};
use ipnet::IpNet;
use secrecy::{SecretSlice, SecretString};

pub use self::config::{Config, Mail};
use self::values::{
    address, code_length, duration, loopback, mailbox, network, number, origin, positive, positive_u32,
};
use crate::account::Policy;
use crate::hashing::{self, HashingConfig};
use crate::http::{Origins, TrustedProxies};

/// How many bytes `SECRET_KEY` has at least.
const SECRET_BYTES: usize = 32;

/// Where the server stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Environment {
    /// On somebody's own machine: what is not given is embedded.
    Development,
    /// On the open internet: nothing that holds state or secrets has a default.
    Production,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// For machines, one JSON object a line.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

/// The settings as they are given.
#[derive(Args, Debug)]
pub struct Settings {
    /// development, or production, which accepts no default for the settings that hold state or secrets
    #[arg(long, env = "APP_ENV", value_name = "APP_ENV", default_value = "development")]
    app_env: Environment,

    /// <postgres://USER:PASSWORD@HOST/NAME> or <sqlite://FILE> [default: an embedded database in ./data]
    #[arg(long, env = "DATABASE_URL", value_name = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<SecretString>,

    /// smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT [default: the embedded mailer-mock]
    #[arg(long, env = "SMTP_URL", value_name = "SMTP_URL", hide_env_values = true)]
    smtp_url: Option<SecretString>,

    /// At least 32 bytes, the same for all replicas [default: drawn once into ./data]
    #[arg(long, env = "SECRET_KEY", value_name = "SECRET_KEY", hide_env_values = true)]
    secret_key: Option<SecretString>,

    /// Where the API listens; port 0 picks a free one
    #[arg(long, env = "HTTP_ADDR", value_name = "HTTP_ADDR", default_value = "127.0.0.1:8000", value_parser = address)]
    http_addr: SocketAddr,

    /// Where the embedded mailer-mock takes mail [default: 127.0.0.1:1025, or a free port]
    #[arg(long, env = "MAILER_MOCK_SMTP", value_name = "MAILER_MOCK_SMTP", value_parser = loopback)]
    mailer_mock_smtp: Option<SocketAddr>,

    /// Where the embedded mailer-mock shows the mailbox [default: 127.0.0.1:8025, or a free port]
    #[arg(long, env = "MAILER_MOCK_HTTP", value_name = "MAILER_MOCK_HTTP", value_parser = loopback)]
    mailer_mock_http: Option<SocketAddr>,

    /// From whom mails come
    #[arg(
        long,
        env = "MAIL_FROM",
        value_name = "MAIL_FROM",
        default_value = "Registration <no-reply@localhost>"
    )]
    mail_from: String,

    /// Digits of an activation code, 4 to 8
    #[arg(long, env = "ACTIVATION_CODE_LENGTH", value_name = "ACTIVATION_CODE_LENGTH", default_value = "4", value_parser = code_length)]
    activation_code_length: u8,

    /// How long an activation code can be used
    #[arg(long, env = "ACTIVATION_CODE_TTL", value_name = "ACTIVATION_CODE_TTL", default_value = "60s", value_parser = duration)]
    activation_code_ttl: Duration,

    /// Credential operations of one client address a minute; 0 is no limit
    #[arg(long, env = "CLIENT_LIMIT_PER_MINUTE", value_name = "CLIENT_LIMIT_PER_MINUTE", default_value = "60", value_parser = number)]
    client_limit_per_minute: u32,

    /// Networks of proxies whose X-Forwarded-For is believed, separated by commas [default: none]
    #[arg(long, env = "TRUSTED_PROXIES", value_name = "TRUSTED_PROXIES", value_delimiter = ',', value_parser = network)]
    trusted_proxies: Vec<IpNet>,

    /// Origins whose pages may call the API, separated by commas [default: none; in development any localhost]
    #[arg(long, env = "CORS_ALLOWED_ORIGINS", value_name = "CORS_ALLOWED_ORIGINS", value_delimiter = ',', value_parser = origin)]
    cors_allowed_origins: Option<Vec<HeaderValue>>,

    /// Whether GraphiQL is at / [default: on; in production off]
    #[arg(long, env = "GRAPHIQL", value_name = "GRAPHIQL")]
    graphiql: Option<Switch>,

    /// Where the mailbox is, for GraphiQL to show the codes in it; for development [default: the embedded mailer-mock's]
    #[arg(long, env = "MAILBOX_URL", value_name = "MAILBOX_URL", value_parser = mailbox)]
    mailbox_url: Option<String>,

    /// Whether the schema can be asked for [default: on; in production off]
    #[arg(long, env = "INTROSPECTION", value_name = "INTROSPECTION")]
    introspection: Option<Switch>,

    /// Threads that hash passwords [default: one a core]
    #[arg(long, env = "HASH_THREADS", value_name = "HASH_THREADS", value_parser = positive)]
    hash_threads: Option<usize>,

    /// Passwords that may wait to be hashed
    #[arg(long, env = "HASH_QUEUE", value_name = "HASH_QUEUE", default_value = "256", value_parser = positive)]
    hash_queue: usize,

    /// Memory of one hash, in KiB
    #[arg(long, env = "ARGON2_M_KIB", value_name = "ARGON2_M_KIB", default_value = "19456", value_parser = positive_u32)]
    argon2_m_kib: u32,

    /// Passes of one hash over its memory
    #[arg(long, env = "ARGON2_T", value_name = "ARGON2_T", default_value = "2", value_parser = positive_u32)]
    argon2_t: u32,

    /// Lanes of one hash
    #[arg(long, env = "ARGON2_P", value_name = "ARGON2_P", default_value = "1", value_parser = positive_u32)]
    argon2_p: u32,

    /// Moves the page of metrics to an address of its own [default: the API's]
    #[arg(long, env = "METRICS_ADDR", value_name = "METRICS_ADDR", value_parser = address)]
    metrics_addr: Option<SocketAddr>,

    /// The absolute life of a session
    #[arg(long, env = "SESSION_TTL", value_name = "SESSION_TTL", default_value = "30d", value_parser = duration)]
    session_ttl: Duration,

    /// How long a session lives without being used
    #[arg(long, env = "SESSION_IDLE", value_name = "SESSION_IDLE", default_value = "7d", value_parser = duration)]
    session_idle: Duration,

    /// How the log is written [default: pretty; in production json]
    #[arg(long, env = "LOG_FORMAT", value_name = "LOG_FORMAT")]
    log_format: Option<LogFormat>,
}

impl Settings {
    /// Whether what is not given is embedded.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.app_env == Environment::Development
    }

    /// Where the API listens.
    #[must_use]
    pub fn http_addr(&self) -> SocketAddr {
        self.http_addr
    }

    /// How the log is written.
    #[must_use]
    pub fn log_format(&self) -> LogFormat {
        self.log_format.unwrap_or(match self.app_env {
            Environment::Development => LogFormat::Pretty,
            Environment::Production => LogFormat::Json,
        })
    }

    /// The database alone, for migrating it.
    ///
    /// # Errors
    /// When it is not given, in production, or the data folder cannot be made.
    pub fn database_url(&self) -> Result<SecretString, String> {
        self.database(&mut None)
    }

    /// What the settings mean together. In development this makes the data folder, if something is to be kept in it.
    ///
    /// # Errors
    /// One line that names the setting and says what it expects.
    pub fn resolve(self) -> Result<Config, String> {
        let development = self.is_development();
        let is_on = |switch: Option<Switch>| switch.map_or(development, |switch| switch == Switch::On);
        let mut data = None;
        if self.mailbox_url.is_some() && !development {
            return Err("MAILBOX_URL: only for development, since the page at it shows everybody's mails".to_owned());
        }
        Ok(Config {
            database_url: self.database(&mut data)?,
            secret_key: self.secret(&mut data)?,
            mail: match &self.smtp_url {
                Some(url) => Mail::Server(url.clone()),
                None if development => Mail::Embedded {
                    smtp: self.mailer_mock_smtp,
                    http: self.mailer_mock_http,
                },
                None => return Err(missing("SMTP_URL", "smtps://USER:PASSWORD@HOST:PORT")),
            },
            data,
            mail_from: self.mail_from,
            http: self.http_addr,
            metrics: self.metrics_addr,
            policy: Policy {
                code_length: self.activation_code_length,
                code_ttl: self.activation_code_ttl,
                session_ttl: self.session_ttl,
                session_idle: self.session_idle,
            },
            hashing: HashingConfig {
                threads: self.hash_threads.unwrap_or_else(hashing::cores),
                queue: self.hash_queue,
                m_kib: self.argon2_m_kib,
                t: self.argon2_t,
                p: self.argon2_p,
            },
            client_limit_per_minute: self.client_limit_per_minute,
            trusted_proxies: TrustedProxies(self.trusted_proxies),
            origins: match self.cors_allowed_origins {
                Some(origins) => Origins::Listed(origins),
                None if development => Origins::Localhost,
                None => Origins::Listed(Vec::new()),
            },
            graphiql: is_on(self.graphiql),
            mailbox_url: self.mailbox_url,
            introspection: is_on(self.introspection),
        })
    }

    fn database(&self, data: &mut Option<PathBuf>) -> Result<SecretString, String> {
        use secrecy::ExposeSecret;
        match &self.database_url {
            Some(url) => {
                let known = ["postgres://", "postgresql://", "sqlite://"];
                if !known.iter().any(|scheme| url.expose_secret().starts_with(scheme)) {
                    return Err("DATABASE_URL: expected postgres://… or sqlite://FILE".to_owned());
                }
                Ok(url.clone())
            }
            None if self.app_env == Environment::Production => {
                Err(missing("DATABASE_URL", "postgres://USER:PASSWORD@HOST/NAME"))
            }
            None => {
                data_folder::make(data)?;
                // Relative, so that no character of the path to it means anything in a URL.
                Ok(format!("sqlite://{}/registration.sqlite", data_folder::DATA).into())
            }
        }
    }

    fn secret(&self, data: &mut Option<PathBuf>) -> Result<SecretSlice<u8>, String> {
        use secrecy::ExposeSecret;
        match &self.secret_key {
            Some(key) if key.expose_secret().len() >= SECRET_BYTES => {
                Ok(key.expose_secret().as_bytes().to_vec().into())
            }
            Some(_) => Err(format!("SECRET_KEY: expected at least {SECRET_BYTES} bytes")),
            None if self.app_env == Environment::Production => Err(missing(
                "SECRET_KEY",
                "at least 32 random bytes, such as openssl rand -hex 32 gives",
            )),
            None => secret_file::read_or_draw(&data_folder::make(data)?.join("secret.key")),
        }
    }
}

fn missing(name: &str, expected: &str) -> String {
    format!("{name}: not set, and APP_ENV=production has no default for it; expected {expected}")
}
