//! The real server, on a free port.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::app::AppConfig;
use api::credentials::{EmailAddress, HashingConfig};
use api::http::{AllowedHosts, HttpConfig, Origins, TrustedProxies};
use api::mail::SmtpConfig;
use api::policy::Policy;
use api::random::SystemRandom;
use api::server::Server;
use api::settings::Config;
use api::shutdown::Shutdown;
use api::start_error::StartError;
use api::telemetry::TracesConfig;
use api::webhooks::WebhookConfig;
use mailer_mock::{Mailbox, MailerMock, Message};
use sea_orm::DatabaseConnection;

use crate::{Client, Database, ManualClock};

/// How long a test waits for an email or a condition, in real time.
const WAIT_TIMEOUT: Duration = Duration::from_secs(20);

/// A running server with its own mailer-mock. It derefs to a [`Client`].
pub struct TestApp {
    /// Advanced by the test.
    pub clock: ManualClock,
    /// The mail server.
    pub mailer: Arc<MailerMock>,
    server: Server,
    client: Client,
    /// The newest email that a test has read, for each address.
    last_read: Mutex<HashMap<String, String>>,
}

/// The settings of a server to start.
pub struct TestAppBuilder {
    database: Database,
    /// The policy of the operator.
    pub policy: Policy,
    /// The cost of a hash; low by default, so that tests are fast.
    pub hashing: HashingConfig,
    /// The mail server, if not the mailer-mock.
    pub smtp_url: Option<String>,
    /// The clock, which several servers can share.
    pub clock: ManualClock,
    /// The mailer-mock, which several servers can share.
    pub mailer: Option<Arc<MailerMock>>,
    /// Whether introspection is allowed.
    pub introspection: bool,
    /// The limit of credential operations per client; none by default.
    pub client_limit_per_minute: u32,
    /// Where webhooks go; nowhere by default.
    pub webhooks: WebhookConfig,
    /// Where traces go; nowhere by default.
    pub traces: Option<TracesConfig>,
    /// How long the server may take to stop.
    pub shutdown_timeout: Duration,
    /// The host names that requests may have; local ones by default.
    pub allowed_hosts: AllowedHosts,
    /// The proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: TrustedProxies,
    /// The allowed CORS origins; localhost by default.
    pub origins: Origins,
    /// Whether `/` serves GraphiQL.
    pub graphiql: bool,
    /// The mailbox that GraphiQL reads; the mailer-mock's by default.
    pub mailbox_url: Option<String>,
    /// The page that the email's button opens; none by default.
    pub activation_url: Option<url::Url>,
    /// The product that emails name.
    pub product: api::mail::Product,
    /// A folder with templates of emails; none by default.
    pub mail_templates: Option<std::path::PathBuf>,
    /// The language of emails to users who have asked for no other.
    pub default_locale: api::locale::Locale,
    /// Whether `/dev/mails` shows what emails look like.
    pub mail_previews: bool,
}

impl TestApp {
    /// Starts a server on a database.
    pub async fn start(database: &Database) -> Self {
        Self::with(database, |_| {}).await
    }

    /// Starts a server with changed settings.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn with(database: &Database, change: impl FnOnce(&mut TestAppBuilder)) -> Self {
        let mut builder = TestAppBuilder {
            database: database.clone(),
            policy: Policy::default(),
            hashing: HashingConfig {
                threads: 2,
                queue: 1_000,
                m_kib: 8,
                t: 1,
                p: 1,
                ..HashingConfig::default()
            },
            smtp_url: None,
            clock: ManualClock::default(),
            mailer: None,
            introspection: true,
            client_limit_per_minute: 0,
            webhooks: WebhookConfig::default(),
            traces: None,
            shutdown_timeout: Duration::from_secs(30),
            allowed_hosts: AllowedHosts::local_and(Vec::new()),
            trusted_proxies: TrustedProxies::default(),
            origins: Origins::Localhost,
            graphiql: true,
            mailbox_url: None,
            activation_url: None,
            product: api::mail::Product::default(),
            mail_templates: None,
            default_locale: api::locale::Locale::default(),
            mail_previews: true,
        };
        change(&mut builder);
        Box::pin(builder.start()).await
    }

    /// The mailbox that receives all emails of the server.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        self.mailer.mailbox()
    }

    /// The database of the server.
    #[must_use]
    pub fn db(&self) -> &DatabaseConnection {
        &self.server.app().db
    }

    /// The server itself.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Waits for the next email to an address. Also waits until no email is pending, or advancing the clock could end
    /// the lease of a worker that is about to record the delivery.
    ///
    /// # Panics
    /// If none arrives.
    pub async fn next_mail(&self, address: &str) -> Arc<Message> {
        let address = &EmailAddress::parse(address).expect("an address").mailbox();
        let after = self.last_read.lock().expect("no panic").get(address).cloned();
        let mail = self.mailbox().wait_for(address, after.as_deref(), WAIT_TIMEOUT).await;
        let mail = mail.unwrap_or_else(|| panic!("no email to {address} within {WAIT_TIMEOUT:?}"));
        self.last_read
            .lock()
            .expect("no panic")
            .insert(address.to_owned(), mail.id.clone());
        self.wait_for_empty_outbox().await;
        mail
    }

    /// Waits for the next email to an address, and returns its code.
    ///
    /// # Panics
    /// If none arrives.
    pub async fn next_code(&self, address: &str) -> String {
        let mail = self.next_mail(address).await;
        mail.codes
            .first()
            .unwrap_or_else(|| panic!("no code in {:?}", mail.subject))
            .clone()
    }

    /// Registers, and returns the code from the email.
    ///
    /// # Panics
    /// If it fails.
    pub async fn register_and_read_code(&self, email: &str, password: &str) -> String {
        self.register(email, password).await.succeeds();
        self.next_code(email).await
    }

    /// Registers and activates, and returns the session token.
    pub async fn register_and_activate(&self, email: &str, password: &str) -> String {
        let registered = self.register(email, password).await;
        let token = registered.verification_token();
        let code = self.next_code(email).await;
        self.activate_with_token(&token, &code).await.session_token()
    }

    /// Waits until no email is pending.
    ///
    /// # Panics
    /// If one stays pending.
    pub async fn wait_for_empty_outbox(&self) {
        // With `eventually`, this future would not be `Send`.
        let empty = async {
            while crate::database::count::<entity::email_outbox::Entity>(self.db()).await > 0 {
                tokio::task::yield_now().await;
            }
        };
        let empty = tokio::time::timeout(WAIT_TIMEOUT, empty).await;
        assert!(empty.is_ok(), "an email is still pending after {WAIT_TIMEOUT:?}");
    }

    /// Stops the server, as Ctrl-C does.
    pub async fn stop(self) {
        self.server.stop(std::future::pending).await;
    }
}

/// A code that differs from this one in its last digit.
#[must_use]
pub fn wrong_code(code: &str) -> String {
    let last = if code.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &code[..code.len() - 1])
}

/// Waits until a condition is true.
///
/// # Panics
/// If it stays false.
pub async fn eventually(what: &str, condition: impl AsyncFn() -> bool) {
    let met = async {
        while !condition().await {
            tokio::task::yield_now().await;
        }
    };
    let met = tokio::time::timeout(WAIT_TIMEOUT, met).await;
    assert!(met.is_ok(), "waited {WAIT_TIMEOUT:?} until {what}");
}

impl Deref for TestApp {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl TestAppBuilder {
    async fn start(self) -> TestApp {
        let mailer = match self.mailer {
            Some(mailer) => mailer,
            None => Arc::new(
                MailerMock::start(mailer_mock::Config::ephemeral())
                    .await
                    .expect("mailer-mock starts"),
            ),
        };
        let smtp_url = self
            .smtp_url
            .unwrap_or_else(|| format!("smtp://{}", mailer.smtp_addr()));
        let config = Config {
            database_url: self.database.url().into(),
            database_pool: api::database::POOL_SIZE,
            smtp: SmtpConfig::new(smtp_url),
            mail_from: "Registration <no-reply@example.com>".to_owned(),
            activation_url: self.activation_url,
            product: self.product,
            mail_templates: self.mail_templates,
            default_locale: self.default_locale,
            mail_previews: self.mail_previews,
            data: None,
            shutdown: Shutdown {
                delay: Duration::ZERO,
                timeout: self.shutdown_timeout,
            },
            app: AppConfig {
                secret_key: vec![7; 32].into(),
                previous_secret_key: None,
                policy: self.policy,
                hashing: self.hashing,
                breached_passwords: None,
                client_limit_per_minute: self.client_limit_per_minute,
                webhooks: self.webhooks,
                traces: self.traces,
            },
            http: HttpConfig {
                addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                metrics_addr: None,
                allowed_hosts: self.allowed_hosts,
                max_connections: None,
                max_connections_per_network: None,
                trusted_proxies: self.trusted_proxies,
                origins: self.origins,
                graphiql: self.graphiql,
                mailbox_url: self
                    .mailbox_url
                    .or_else(|| Some(format!("http://{}", mailer.http_addr()))),
                introspection: self.introspection,
            },
        };
        let clock = self.clock;
        let start = || Server::start(config.clone(), Arc::new(clock.clone()), Arc::new(SystemRandom));
        let mut started = Box::pin(start()).await;
        // Other tests, such as a large import, can stop the disk for five seconds.
        if matches!(started, Err(StartError::DatabaseTimeout)) {
            eprintln!("the database did not answer in time; the server is started again");
            started = Box::pin(start()).await;
        }
        let server = started.expect("the server starts");
        TestApp {
            clock,
            mailer,
            client: Client::new(server.address()),
            server,
            last_read: Mutex::default(),
        }
    }
}
