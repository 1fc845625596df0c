//! The use cases without a server around them, for tests that stop between two steps of one.

use std::sync::Arc;
use std::time::Duration;

use api::account::{
    Accounts, Client, ClientLimit, Code, Credentials, EmailAddress, Error, NewPassword, Password, Policy, Proved,
    Refusal, SessionLookups,
};
use api::clock::{Clock, SharedClock};
use api::hashing::{Hasher, HashingConfig};
use api::keys::Keys;
use api::mail::delivery::Delivery;
use api::mail::outbox::{Claim, Waker};
use api::metrics::Metrics;
use api::random::SystemRandom;
use mailer_mock::{MailerMock, Message};

use crate::{Database, ManualClock};

/// The use cases and a mail worker that sends only when the test says so.
pub struct TestCore {
    /// The use cases.
    pub accounts: Accounts,
    /// The mail worker.
    pub delivery: Delivery,
    /// Advanced by the test.
    pub clock: ManualClock,
    /// The mail server.
    pub mailer: MailerMock,
}

impl TestCore {
    /// Prepares the use cases over a database.
    pub async fn start(database: &Database) -> Self {
        Self::with_policy(database, Policy::default()).await
    }

    /// The same with another policy.
    ///
    /// # Panics
    /// If that fails.
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
        let delivery = Delivery::new(accounts.clone(), &smtp_url, "no-reply@example.com", metrics)
            .expect("the settings of the mail worker are valid");
        Self {
            accounts,
            delivery,
            clock,
            mailer,
        }
    }

    /// Registers from the network 10.0.N.0/24. With a network of its own, a registration meets no limit.
    ///
    /// # Panics
    /// If it fails.
    pub async fn register(&self, email: &str, password: &str, network: u8) {
        let email = EmailAddress::parse(email).expect("an address");
        let password = NewPassword::parse(password.to_owned()).expect("a password");
        self.accounts
            .register(email, password, client(network))
            .await
            .expect("the registration succeeds");
    }

    /// Verifies a password, as the first step of a use case does.
    ///
    /// # Panics
    /// If it is wrong.
    pub async fn verify(&self, credentials: &Credentials) -> Proved {
        self.accounts.prove(credentials).await.expect("the password is right")
    }

    /// Activates with email and password.
    ///
    /// # Errors
    /// If a rule forbids it.
    pub async fn activate(&self, credentials: &Credentials, code: &str) -> Result<(), Refusal> {
        let code = Code::parse(code);
        outcome(self.accounts.activate(credentials, code, self.clock.now()).await)
    }

    /// Activates with a password that was verified before.
    ///
    /// # Errors
    /// If a rule forbids it.
    pub async fn activate_verified(&self, verified: Proved, code: &str) -> Result<(), Refusal> {
        let code = Code::parse(code);
        outcome(self.accounts.activate_proved(verified, code, self.clock.now()).await)
    }

    /// Requests a new code with email and password.
    ///
    /// # Errors
    /// If a rule forbids it.
    pub async fn resend(&self, credentials: &Credentials) -> Result<(), Refusal> {
        outcome(self.accounts.resend_activation_code(credentials).await)
    }

    /// Requests a new code with a password that was verified before.
    ///
    /// # Errors
    /// If a rule forbids it.
    pub async fn resend_verified(&self, verified: Proved) -> Result<(), Refusal> {
        outcome(self.accounts.resend_to(verified).await)
    }

    /// Tries to send the next email that is due. Returns whether there was one.
    ///
    /// # Panics
    /// If the database fails.
    pub async fn deliver_next(&self) -> bool {
        self.delivery.deliver_next().await.expect("the database answers")
    }

    /// Claims the next email that is due, as a worker does.
    ///
    /// # Panics
    /// If the database fails.
    pub async fn claim(&self) -> Option<Claim> {
        self.delivery.claim().await.expect("the database answers")
    }

    /// Tries to send a claimed email.
    ///
    /// # Panics
    /// If the database fails.
    pub async fn deliver(&self, claim: Claim) {
        self.delivery.deliver(claim).await.expect("the database answers");
    }

    /// How many rows a table has.
    pub async fn count<E: sea_orm::EntityTrait>(&self) -> u64
    where
        for<'db> sea_orm::Select<E>: sea_orm::PaginatorTrait<'db, sea_orm::DatabaseConnection>,
    {
        crate::count::<E>(&self.accounts.db).await
    }

    /// All emails, the newest first.
    #[must_use]
    pub fn emails(&self) -> Vec<Arc<Message>> {
        self.mailer.mailbox().messages()
    }

    /// The code in the newest email to an address.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn newest_code(&self, address: &str) -> String {
        let emails = self.mailer.mailbox().messages_to(address);
        let code = emails.first().and_then(|email| email.codes.first());
        code.expect("an email with a code").clone()
    }

    /// Advances the clock.
    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// Whether a use case succeeded, or which rule forbade it.
fn outcome<T>(result: Result<T, Error>) -> Result<(), Refusal> {
    match result {
        Ok(_) => Ok(()),
        Err(Error::Refused(refusal)) => Err(refusal),
        Err(error) => panic!("{error:?}"),
    }
}

/// The network 10.0.N.0/24.
#[must_use]
pub fn client(network: u8) -> Client {
    Client::at([10, 0, network, 1].into())
}

/// Email and password, sent from a network.
///
/// # Panics
/// If the email is invalid.
#[must_use]
pub fn credentials(email: &str, password: &str, network: u8) -> Credentials {
    Credentials {
        email: EmailAddress::parse(email).expect("an address"),
        password: Password::new(password.to_owned()),
        client: client(network),
    }
}
