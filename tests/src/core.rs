//! The use cases without a server around them, for tests that stop between two steps of one.

use std::sync::Arc;
use std::time::Duration;

use api::account::{
    Accounts, Client, ClientLimit, Credentials, EmailAddress, NewPassword, Password, Policy, SessionLookups,
};
use api::clock::SharedClock;
use api::hashing::{Hasher, HashingConfig};
use api::keys::Keys;
use api::mail::delivery::Delivery;
use api::mail::outbox::Waker;
use api::metrics::Metrics;
use api::random::SystemRandom;
use mailer_mock::MailerMock;

use crate::{Database, ManualClock};

/// Accounts and their delivery. No worker runs: a mail is delivered when the test says so.
pub struct TestCore {
    /// The use cases.
    pub accounts: Accounts,
    /// Delivery, one mail at a time.
    pub delivery: Delivery,
    /// Turned by the test.
    pub clock: ManualClock,
    /// The mail server.
    pub mailer: MailerMock,
}

impl TestCore {
    /// Prepares the use cases over a database.
    pub async fn start(database: &Database) -> Self {
        Self::with_policy(database, Policy::default()).await
    }

    /// The same, with the operator's numbers.
    ///
    /// # Panics
    /// When that fails.
    pub async fn with_policy(database: &Database, policy: Policy) -> Self {
        let mailer = MailerMock::start(mailer_mock::Config::ephemeral())
            .await
            .expect("mailer-mock starts");
        let db = api::database::connect(database.url())
            .await
            .expect("the database opens");
        api::database::migrate(&db).await.expect("the database migrates");
        let metrics = Metrics::new();
        let clock = ManualClock::default();
        let hashing = HashingConfig {
            threads: 1,
            queue: 100,
            m_kib: 8,
            t: 1,
            p: 1,
        };
        let shared_clock: SharedClock = Arc::new(clock.clone());
        let accounts = Accounts {
            sessions: SessionLookups::start(db.clone(), shared_clock.clone(), policy),
            db,
            client_limit: ClientLimit::per_minute(0, shared_clock.clone()),
            clock: shared_clock,
            random: Arc::new(SystemRandom),
            hasher: Hasher::start(hashing, metrics.clone()).expect("hashing starts"),
            keys: Arc::new(Keys::derive(&vec![7; 32].into())),
            policy,
            outbox: Waker::default(),
        };
        let smtp_url = format!("smtp://{}", mailer.smtp_addr());
        let delivery = Delivery::new(accounts.clone(), &smtp_url, "no-reply@example.com", metrics).expect("delivery");
        Self {
            accounts,
            delivery,
            clock,
            mailer,
        }
    }

    /// Registers from a network of its own, so that no limit is in the way.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn register(&self, email: &str, password: &str, network: u8) {
        let email = EmailAddress::parse(email).expect("an address");
        let password = NewPassword::parse(password.to_owned()).expect("a password");
        self.accounts
            .register(email, password, client(network))
            .await
            .expect("a registration");
    }

    /// The code in the newest mail to an address.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn newest_code(&self, address: &str) -> String {
        let mails = self.mailer.mailbox().messages_to(address);
        mails
            .first()
            .and_then(|mail| mail.codes.first())
            .expect("a mail with a code")
            .clone()
    }

    /// Turns the clock.
    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// The network 10.0.N.0/24.
#[must_use]
pub fn client(network: u8) -> Client {
    Client::at([10, 0, network, 1].into())
}

/// What somebody claims from a network.
///
/// # Panics
/// When the email is no address.
#[must_use]
pub fn credentials(email: &str, password: &str, network: u8) -> Credentials {
    Credentials {
        email: EmailAddress::parse(email).expect("an address"),
        password: Password::new(password.to_owned()),
        client: client(network),
    }
}
