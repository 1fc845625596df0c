//! From the settings to what the server uses: the defaults that depend on other settings.

use std::time::Duration;

use breached_passwords::Sha1File;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use url::Url;

use super::config::Config;
use super::values::{Environment, LogFormat, Switch};
use super::{Settings, data_folder};
use crate::app::AppConfig;
use crate::credentials::{self, HashingConfig};
use crate::http::{AllowedHosts, HttpConfig, Origins, TrustedProxies};
use crate::keys::Keys;
use crate::mail::{Product, SmtpConfig, Templates};
use crate::policy::Policy;
use crate::shutdown::Shutdown;
use crate::start_error::StartError;
use crate::telemetry::LogConfig;
use crate::webhooks::WebhookConfig;

/// Proxies and Kubernetes notice within a few seconds that a server is not ready.
const PRODUCTION_SHUTDOWN_DELAY: Duration = Duration::from_secs(5);

impl Settings {
    /// The settings of these flags alone, without the environment.
    #[cfg(any(test, feature = "embedded-mailbox"))]
    pub(crate) fn from_flags(flags: &[&str]) -> Result<Self, clap::Error> {
        use clap::{Args, Command, FromArgMatches};
        let command = Self::augment_args(Command::new("api").no_binary_name(true));
        let isolated = command.mut_args(|arg| arg.env(None::<&str>));
        Self::from_arg_matches(&isolated.try_get_matches_from(flags)?)
    }

    /// Whether settings that are not set have defaults for a developer's machine.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.app_env == Environment::Development
    }

    /// How long a stop may take.
    #[must_use]
    pub fn shutdown(&self) -> Shutdown {
        Shutdown {
            delay: self.shutdown_delay.unwrap_or(match self.app_env {
                Environment::Development => Duration::ZERO,
                Environment::Production => PRODUCTION_SHUTDOWN_DELAY,
            }),
            timeout: self.shutdown_timeout,
        }
    }

    /// What the log contains.
    #[must_use]
    pub fn log(&self) -> LogConfig {
        let format = self.log_format.unwrap_or(match self.app_env {
            Environment::Development => LogFormat::Pretty,
            Environment::Production => LogFormat::Json,
        });
        LogConfig {
            filter: self.rust_log.clone(),
            is_json: format == LogFormat::Json,
        }
    }

    /// The URL of the database. In development its default is a file in the data folder.
    ///
    /// # Errors
    /// When it is not set in production.
    pub fn database_url(&self) -> Result<SecretString, StartError> {
        if let Some(url) = &self.database_url {
            return Ok(url.clone());
        }
        self.require_development("DATABASE_URL", "postgres://USER:PASSWORD@HOST/NAME")?;
        // Relative, because an absolute path may contain characters that have a meaning in a URL.
        Ok(format!("sqlite://{}/registration.sqlite", data_folder::NAME).into())
    }

    /// Creates the folder of the default database, if there is no other database.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn create_data_folder(&self) -> Result<(), StartError> {
        let is_used = self.database_url.is_none() && self.is_development();
        is_used.then(data_folder::create).transpose().map(drop)
    }

    /// The endpoints of webhooks.
    ///
    /// # Errors
    /// When a setting of theirs is missing or not allowed.
    pub fn webhooks(&self) -> Result<WebhookConfig, StartError> {
        self.webhooks.resolve(self.is_development())
    }

    /// The templates of the emails, without what the rest of the server needs.
    ///
    /// # Errors
    /// When one is wrong.
    pub fn mail_templates(&self) -> Result<Templates, StartError> {
        let product = Product {
            name: self.app_name.clone(),
            url: self.app_url.clone(),
        };
        Templates::load(self.mail_templates.as_deref(), product, self.default_locale)
    }

    /// The page that the button of an activation code opens.
    #[must_use]
    pub fn activation_url(&self) -> Option<&Url> {
        self.activation_url.as_ref()
    }

    fn secret_key(&self) -> Result<SecretSlice<u8>, StartError> {
        if let Some(key) = &self.secret_key {
            return Ok(key.clone());
        }
        let expected = "at least 32 random bytes, for example from `openssl rand -hex 32`";
        self.require_development("SECRET_KEY", expected)?;
        data_folder::secret_key()
    }

    /// Whether the secret key is in the data folder, because it is not set in development.
    pub(crate) fn keeps_secret_key(&self) -> bool {
        self.is_development() && self.secret_key.is_none()
    }

    /// The keys derived from the secret keys.
    pub(crate) fn keys(&self) -> Result<Keys, StartError> {
        Ok(Keys::derive(&self.secret_key()?, self.previous_secret_key()?.as_ref()))
    }

    /// The sender of outgoing email.
    pub(crate) fn mail_from(&self) -> &str {
        &self.mail_from
    }

    /// The mail server. Its URL is valid and, in production, encrypted unless plain text is allowed.
    pub(crate) fn smtp(&self) -> Result<SmtpConfig, StartError> {
        let config = SmtpConfig {
            url: self.smtp_url()?,
            ehlo_name: self.smtp_ehlo_name.clone(),
            allow_plaintext: self.is_development() || self.smtp_allow_plaintext,
        };
        config.check()?;
        Ok(config)
    }

    fn previous_secret_key(&self) -> Result<Option<SecretSlice<u8>>, StartError> {
        let Some(previous) = &self.secret_key_previous else {
            return Ok(None);
        };
        if previous.expose_secret() == self.secret_key()?.expose_secret() {
            return Err(StartError::EqualSecretKeys);
        }
        Ok(Some(previous.clone()))
    }

    fn smtp_url(&self) -> Result<SecretString, StartError> {
        let (name, expected) = ("SMTP_URL", "smtps://USER:PASSWORD@HOST:PORT");
        if let Some(url) = &self.smtp_url {
            return Ok(url.clone());
        }
        self.require_development(name, expected)?;
        // The embedded mailbox would have set it.
        let reason = "this build has no embedded mailbox";
        Err(StartError::MissingSetting { name, reason, expected })
    }

    fn require_development(&self, name: &'static str, expected: &'static str) -> Result<(), StartError> {
        let reason = "APP_ENV=production has no default for it";
        self.is_development()
            .then_some(())
            .ok_or(StartError::MissingSetting { name, reason, expected })
    }

    fn breached_passwords(&self) -> Result<Option<Sha1File>, StartError> {
        let opened = self.breached_passwords.as_ref().map(|path| {
            Sha1File::open(path).map_err(|source| StartError::BreachedPasswords {
                path: path.clone(),
                source,
            })
        });
        opened.transpose()
    }

    /// Fills in the defaults. In development this creates the data folder, if anything is kept in it.
    ///
    /// # Errors
    /// When a setting is missing, or conflicts with another one.
    pub fn resolve(self) -> Result<Config, StartError> {
        let development = self.is_development();
        let is_on = |switch: Option<Switch>| switch.map_or(development, |switch| switch == Switch::On);
        if self.mailbox_url.is_some() && !development {
            return Err(StartError::MailboxInProduction);
        }
        let keeps_data = development && (self.database_url.is_none() || self.secret_key.is_none());
        Ok(Config {
            shutdown: self.shutdown(),
            database_url: self.database_url()?,
            database_pool: self.database_pool,
            app: AppConfig {
                previous_secret_key: self.previous_secret_key()?,
                secret_key: self.secret_key()?,
                policy: Policy {
                    code_length: self.activation_code_length,
                    code_ttl: self.activation_code_ttl,
                    session_ttl: self.session_ttl,
                    session_idle: self.session_idle,
                    audit_retention: self.audit_retention,
                },
                hashing: HashingConfig {
                    threads: self.hash_threads.unwrap_or_else(credentials::cores),
                    queue: self.hash_queue,
                    m_kib: self.argon2_m_kib,
                    t: self.argon2_t,
                    p: self.argon2_p,
                    implementation: self.hash_implementation,
                },
                breached_passwords: self.breached_passwords()?,
                client_limit_per_minute: self.client_limit_per_minute,
                webhooks: self.webhooks()?,
                traces: self.traces.resolve(),
            },
            smtp: self.smtp()?,
            data: keeps_data.then(data_folder::create).transpose()?,
            mail_from: self.mail_from,
            activation_url: self.activation_url,
            product: Product {
                name: self.app_name,
                url: self.app_url,
            },
            mail_templates: self.mail_templates,
            default_locale: self.default_locale,
            mail_previews: development,
            http: HttpConfig {
                addr: self.http_addr,
                metrics_addr: self.metrics_addr,
                allowed_hosts: match self.allowed_hosts {
                    Some(names) => AllowedHosts::local_and(names),
                    None if development => AllowedHosts::local_and(Vec::new()),
                    None => AllowedHosts::Any,
                },
                max_connections: self.max_connections,
                max_connections_per_network: self.max_connections_per_network,
                trusted_proxies: TrustedProxies(self.trusted_proxies),
                origins: match self.cors_allowed_origins {
                    Some(origins) => Origins::Listed(origins),
                    None if development => Origins::Localhost,
                    None => Origins::Listed(Vec::new()),
                },
                graphiql: is_on(self.graphiql),
                mailbox_url: self.mailbox_url,
                introspection: is_on(self.introspection),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASE_URL: &str = "--database-url=postgres://localhost/accounts";
    const SECRET_KEY: &str = "--secret-key=a secret of thirty-two bytes or more";
    const SMTP_URL: &str = "--smtp-url=smtps://localhost";

    fn resolve(flags: &[&str]) -> Result<Config, String> {
        let settings = Settings::from_flags(flags).expect("valid flags");
        settings.resolve().map_err(|error| error.to_string())
    }

    #[test]
    fn production_requires_state_and_secrets() {
        let production = "--app-env=production";
        for (flags, missing) in [
            (vec![production, SECRET_KEY, SMTP_URL], "DATABASE_URL"),
            (vec![production, DATABASE_URL, SMTP_URL], "SECRET_KEY"),
            (vec![production, DATABASE_URL, SECRET_KEY], "SMTP_URL"),
        ] {
            let error = resolve(&flags).err().expect("an error");
            let expected = format!("{missing}: not set, and APP_ENV=production has no default for it; expected ");
            assert!(error.starts_with(&expected), "{error}");
        }
        let config = resolve(&[production, DATABASE_URL, SECRET_KEY, SMTP_URL]).expect("a config");
        assert!(!config.http.graphiql && !config.http.introspection && config.data.is_none());
    }

    #[test]
    fn smtp_url_is_required_without_embedded_mailbox() {
        let error = resolve(&[DATABASE_URL, SECRET_KEY]).err().expect("an error");
        let expected = "SMTP_URL: not set, and this build has no embedded mailbox; expected smtps://";
        assert!(error.starts_with(expected), "{error}");
    }
}
