//! The real server, on a free port.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::account::{EmailAddress, Policy};
use api::hashing::HashingConfig;
use api::http::{Origins, TrustedProxies};
use api::random::SystemRandom;
use api::server::Server;
use api::settings::{Config, Mail};
use mailer_mock::{Mailbox, MailerMock, Message};
use sea_orm::DatabaseConnection;

use crate::{Client, Database, ManualClock};

/// How long a test waits for something that is on its way, in real time.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server with its own mailer-mock. It derefs to a [`Client`] of it.
pub struct TestApp {
    /// Turned by the test.
    pub clock: ManualClock,
    /// The mail server.
    pub mailer: Arc<MailerMock>,
    server: Server,
    client: Client,
    seen: Mutex<HashMap<String, String>>,
}

/// How a server is to be started.
pub struct TestAppBuilder {
    database: Database,
    /// What the operator chose.
    pub policy: Policy,
    /// The work of a hash; little by default, so that tests are quick.
    pub hashing: HashingConfig,
    /// Where mail goes instead of the mailer-mock.
    pub smtp_url: Option<String>,
    /// The clock, to share one between several servers.
    pub clock: ManualClock,
    /// The mail server, to share one between several servers.
    pub mailer: Option<Arc<MailerMock>>,
    /// Whether the schema can be asked for.
    pub introspection: bool,
    /// How much one client may ask for; no limit by default.
    pub client_limit_per_minute: u32,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// Whose pages may call; those of this machine by default.
    pub origins: Origins,
    /// Whether GraphiQL is at `/`.
    pub graphiql: bool,
    /// The mailbox that GraphiQL reads; the mailer-mock's by default.
    pub mailbox_url: Option<String>,
}

impl TestApp {
    /// Starts a server on a database.
    pub async fn start(database: &Database) -> Self {
        Self::with(database, |_| {}).await
    }

    /// Starts a server on a database, not quite as usual.
    ///
    /// # Panics
    /// When it does not start.
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
            },
            smtp_url: None,
            clock: ManualClock::default(),
            mailer: None,
            introspection: true,
            client_limit_per_minute: 0,
            trusted_proxies: TrustedProxies::default(),
            origins: Origins::Localhost,
            graphiql: true,
            mailbox_url: None,
        };
        change(&mut builder);
        builder.start().await
    }

    /// The mailbox that the server's mails reach.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        self.mailer.mailbox()
    }

    /// The database, to look behind the API.
    #[must_use]
    pub fn db(&self) -> &DatabaseConnection {
        &self.server.accounts().db
    }

    /// The server itself.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The next mail to an address that this was not asked for before; waits for it, and until no mail is owed: else
    /// turning the clock could end the lease of a worker that is about to note the delivery.
    ///
    /// # Panics
    /// When none comes.
    pub async fn next_mail(&self, address: &str) -> Arc<Message> {
        let address = &EmailAddress::parse(address).expect("an address").mailbox();
        let after = self.seen.lock().expect("no panic").get(address).cloned();
        let mail = self.mailbox().wait_for(address, after.as_deref(), PATIENCE).await;
        let mail = mail.unwrap_or_else(|| panic!("a mail to {address}"));
        self.seen
            .lock()
            .expect("no panic")
            .insert(address.to_owned(), mail.id.clone());
        self.wait_for_empty_outbox().await;
        mail
    }

    /// The code in the next mail to an address.
    ///
    /// # Panics
    /// When none comes.
    pub async fn next_code(&self, address: &str) -> String {
        let mail = self.next_mail(address).await;
        mail.codes
            .first()
            .unwrap_or_else(|| panic!("a code in {:?}", mail.subject))
            .clone()
    }

    /// Registers an address, and gives the code that was mailed to it.
    ///
    /// # Panics
    /// When it is refused, or no mail comes.
    pub async fn register_and_read_code(&self, email: &str, password: &str) -> String {
        self.register(email, password).await.succeeds();
        self.next_code(email).await
    }

    /// Registers and activates an address, and gives the session.
    pub async fn register_and_activate(&self, email: &str, password: &str) -> String {
        let code = self.register_and_read_code(email, password).await;
        self.basic(email, password).activate(&code).await.session_token()
    }

    /// Waits until no mail is owed.
    ///
    /// # Panics
    /// When one stays owed.
    pub async fn wait_for_empty_outbox(&self) {
        // Not `eventually`, with which this could not run in a task of its own.
        let asked = async {
            while crate::database::count::<entity::email_outbox::Entity>(self.db()).await > 0 {
                tokio::task::yield_now().await;
            }
        };
        let empty = tokio::time::timeout(PATIENCE, asked).await;
        assert!(empty.is_ok(), "the outbox is empty");
    }

    /// Stops the server as Ctrl-C does.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

/// A code that differs from this one in its last digit.
#[must_use]
pub fn wrong_code(code: &str) -> String {
    let last = if code.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &code[..code.len() - 1])
}

/// Asks again and again until the answer is yes.
///
/// # Panics
/// When it stays no.
pub async fn eventually(what: &str, condition: impl AsyncFn() -> bool) {
    let asked = async {
        while !condition().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, asked).await.is_ok(), "{what}");
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
            mail: Mail::Server(smtp_url.into()),
            mail_from: "Registration <no-reply@example.com>".to_owned(),
            secret_key: vec![7; 32].into(),
            http: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            metrics: None,
            data: None,
            policy: self.policy,
            hashing: self.hashing,
            client_limit_per_minute: self.client_limit_per_minute,
            trusted_proxies: self.trusted_proxies,
            origins: self.origins,
            graphiql: self.graphiql,
            mailbox_url: self
                .mailbox_url
                .or_else(|| Some(format!("http://{}", mailer.http_addr()))),
            introspection: self.introspection,
        };
        let clock = self.clock;
        let server = Server::start(config, Arc::new(clock.clone()), Arc::new(SystemRandom))
            .await
            .expect("the server starts");
        TestApp {
            clock,
            mailer,
            client: Client::new(server.address()),
            server,
            seen: Mutex::default(),
        }
    }
}
