//! The use cases without a server around them, for tests that stop between two steps of one.

use std::sync::Arc;
use std::time::Duration;

use api::accounts::mails::Composer;
use api::accounts::{self, DomainError, RegistrationKey, RegistrationProof, StartedVerification};
use api::app::{App, AppConfig};
use api::client::Client;
use api::clock::Clock;
use api::credentials::{
    Credentials, EmailAddress, Hasher, HashingConfig, Identity, NewPassword, Password, PasswordChecks,
};
use api::locale::Locale;
use api::mail::outbox::Claim;
use api::mail::{MailWorker, Product, SmtpConfig, Templates};
use api::policy::Policy;
use api::random::SystemRandom;
use api::sessions::{FoundSession, OpenedSession, SessionToken};
use api::verification::{Code, VerificationToken};
use api::webhooks::{WebhookConfig, WebhookWorker};
use entity::{user, verification};
use mailer_mock::{MailerMock, Message};
use sea_orm::DatabaseConnection;
use sea_orm::prelude::Uuid;

use crate::{Database, ManualClock, PASSWORD};

/// The use cases and a mail worker that sends only when the test says so.
pub struct TestCore {
    /// What the use cases need.
    pub app: App,
    /// The mail worker.
    pub mail_worker: MailWorker,
    /// Advanced by the test.
    pub clock: ManualClock,
    /// The mail server.
    pub mailer: MailerMock,
}

impl TestCore {
    /// Prepares the use cases over a database.
    pub async fn start(database: &Database) -> Self {
        Self::with(database, Policy::default(), |_| {}).await
    }

    /// The same with another policy.
    pub async fn with_policy(database: &Database, policy: Policy) -> Self {
        Self::with(database, policy, |_| {}).await
    }

    /// The same with a changed database connection.
    ///
    /// # Panics
    /// If that fails.
    pub async fn with(database: &Database, policy: Policy, change: impl FnOnce(&mut DatabaseConnection)) -> Self {
        Self::build(database, |config| config.policy = policy, change).await
    }

    /// Prepares the use cases with endpoints for webhooks.
    pub async fn with_webhooks(database: &Database, webhooks: WebhookConfig) -> Self {
        Self::build(database, |config| config.webhooks = webhooks, |_| {}).await
    }

    /// Prepares the use cases with a secret key, and with another one during a rotation.
    pub async fn with_keys(database: &Database, current: &[u8], previous: Option<&[u8]>) -> Self {
        let keys = |config: &mut AppConfig| {
            config.secret_key = current.to_vec().into();
            config.previous_secret_key = previous.map(|key| key.to_vec().into());
        };
        Self::build(database, keys, |_| {}).await
    }

    async fn build(
        database: &Database,
        configure: impl FnOnce(&mut AppConfig),
        change: impl FnOnce(&mut DatabaseConnection),
    ) -> Self {
        let mailer = MailerMock::start(mailer_mock::Config::ephemeral())
            .await
            .expect("mailer-mock starts");
        let mut db = api::database::connect(database.url())
            .await
            .expect("the database opens");
        api::database::migrate(&db).await.expect("the database migrates");
        change(&mut db);
        let clock = ManualClock::default();
        let mut config = AppConfig {
            secret_key: vec![7; 32].into(),
            previous_secret_key: None,
            policy: Policy::default(),
            hashing: HashingConfig {
                threads: 1,
                queue: 100,
                m_kib: 8,
                t: 1,
                p: 1,
                ..HashingConfig::default()
            },
            breached_passwords: None,
            client_limit_per_minute: 0,
            webhooks: WebhookConfig::default(),
            traces: None,
        };
        configure(&mut config);
        let app = App::start(db, Arc::new(clock.clone()), Arc::new(SystemRandom), &config).expect("hashing starts");
        let templates = Templates::load(None, Product::default(), Locale::default()).expect("the templates are valid");
        let composer = Composer::new(app.clone(), "no-reply@example.com", None, Arc::new(templates));
        let composer = composer.expect("the sender is valid");
        let smtp = SmtpConfig::new(format!("smtp://{}", mailer.smtp_addr()));
        let mail_worker = composer.into_worker(&smtp).expect("the SMTP URL is valid");
        Self {
            app,
            mail_worker,
            clock,
            mailer,
        }
    }

    /// Hashes and checks passwords with these parameters from now on.
    ///
    /// # Panics
    /// If a thread does not start.
    pub fn hash_with(&mut self, config: HashingConfig) {
        let app = &mut self.app;
        app.hasher = Hasher::start(config, &*app.random, app.metrics.clone(), &app.supervisor).expect("hashing starts");
        app.password_checks = PasswordChecks::new(app.db.clone(), app.hasher.clone(), app.tasks.clone());
    }

    /// The workers that send webhooks when the test says so, one for each endpoint.
    #[must_use]
    pub fn webhook_workers(&self) -> Vec<WebhookWorker> {
        self.app.webhooks.workers(&self.app.db, &self.app.metrics)
    }

    /// Registers and activates, and returns the id of the user.
    ///
    /// # Panics
    /// If it fails.
    pub async fn create_user(&self, email: &str) -> Uuid {
        self.register_and_activate(email, PASSWORD).await;
        let email = EmailAddress::parse(email).expect("an address");
        let user = entity::user::by_canonical_email(email.canonical()).one(&self.app.db);
        user.await.expect("the database answers").expect("a user").id
    }

    /// Registers from the network 10.0.N.0/24. With a network of its own, a registration meets no limit.
    ///
    /// # Panics
    /// If it fails.
    pub async fn register(&self, email: &str, password: &str, network: u8) -> StartedVerification {
        let begun = self.try_register(email, password, network).await;
        begun.expect("the registration succeeds")
    }

    /// The same, if no limit forbids it.
    ///
    /// # Errors
    /// If a rule forbids it.
    ///
    /// # Panics
    /// If the email or the password is invalid.
    pub async fn try_register(
        &self,
        email: &str,
        password: &str,
        network: u8,
    ) -> Result<StartedVerification, DomainError> {
        let email = EmailAddress::parse(email).expect("an address");
        let password = NewPassword::parse(password.to_owned()).expect("a password");
        accounts::register(&self.app, email, password, None, &client(network)).await
    }

    /// Registers and activates a user.
    ///
    /// # Panics
    /// If it fails.
    pub async fn register_and_activate(&self, email: &str, password: &str) {
        let token = self.register(email, password, 200).await.token;
        self.send_next().await;
        let activated = self.activate_with_token(&token, &self.newest_code(email)).await;
        assert_eq!(activated, Ok(()));
    }

    /// Registers and activates a user, and opens a session. Returns the user as read with the hash of the right
    /// password.
    ///
    /// # Panics
    /// If it fails.
    pub async fn create_signed_in_user(
        &self,
        email: &str,
        password: &str,
    ) -> (user::Model, FoundSession, SessionToken) {
        self.register_and_activate(email, password).await;
        let Ok(Identity::User(user)) = self.verify(&credentials(email, password, 1)).await else {
            panic!("the password is right");
        };
        let opened = accounts::sign_in_verified(&self.app, user.clone(), &client(1)).await;
        let (_, OpenedSession { token, .. }) = opened.expect("a session");
        let session = accounts::find_session(&self.app, &token).await;
        (
            user,
            session.expect("the database answers").expect("a live session"),
            token,
        )
    }

    /// Verifies a password, as the first step of a use case does.
    ///
    /// # Errors
    /// If it is wrong or limited.
    pub async fn verify(&self, credentials: &Credentials) -> Result<Identity, DomainError> {
        accounts::verify(&self.app, credentials).await
    }

    /// Verifies the password of a registration, as the first step of a use case does.
    ///
    /// # Panics
    /// If it is wrong, or that of a user.
    pub async fn verify_registration(&self, credentials: &Credentials) -> verification::Model {
        match self.verify(credentials).await {
            Ok(Identity::Registration(registration)) => registration,
            other => panic!("{other:?}"),
        }
    }

    /// Activates with email and password.
    ///
    /// # Errors
    /// If a rule forbids it.
    pub async fn activate(&self, credentials: &Credentials, code: &str) -> Result<(), DomainError> {
        self.activate_by(&RegistrationKey::Password(credentials.clone()), code)
            .await
    }

    /// Activates with a verification token.
    ///
    /// # Errors
    /// If a rule forbids it.
    pub async fn activate_with_token(&self, token: &VerificationToken, code: &str) -> Result<(), DomainError> {
        self.activate_by(&RegistrationKey::Token(token.clone(), client(1)), code)
            .await
    }

    async fn activate_by(&self, key: &RegistrationKey, code: &str) -> Result<(), DomainError> {
        let code = Code::parse(code);
        let activated = accounts::activate(&self.app, key, code, self.clock.now()).await;
        activated.map(drop)
    }

    /// Activates a registration whose password was verified before.
    ///
    /// # Errors
    /// If a rule forbids it.
    pub async fn activate_verified(&self, registration: verification::Model, code: &str) -> Result<(), DomainError> {
        let (code, proof) = (Code::parse(code), RegistrationProof::Password);
        let arrived = self.clock.now();
        accounts::activate_registration(&self.app, registration, proof, code, arrived, &client(1))
            .await
            .map(drop)
    }

    /// Requests a new code with email and password.
    ///
    /// # Errors
    /// If a rule forbids it.
    pub async fn resend(&self, credentials: &Credentials) -> Result<(), DomainError> {
        let key = RegistrationKey::Password(credentials.clone());
        accounts::resend_activation_code(&self.app, &key).await.map(drop)
    }

    /// Requests a new code for a registration whose password was verified before.
    ///
    /// # Errors
    /// If a rule forbids it.
    pub async fn resend_verified(&self, registration: &verification::Model) -> Result<(), DomainError> {
        accounts::resend_for(&self.app, registration, RegistrationProof::Password, &client(1))
            .await
            .map(drop)
    }

    /// Tries to send the next email that is due. Returns whether there was one.
    ///
    /// # Panics
    /// If the database fails.
    pub async fn send_next(&self) -> bool {
        self.mail_worker.send_next().await.expect("the database answers")
    }

    /// Claims the next email that is due, as a worker does.
    ///
    /// # Panics
    /// If the database fails.
    pub async fn claim(&self) -> Option<Claim> {
        self.mail_worker.claim().await.expect("the database answers")
    }

    /// Tries to send a claimed email.
    ///
    /// # Panics
    /// If the database fails.
    pub async fn send_claimed(&self, claim: Claim) {
        self.mail_worker
            .send_claimed(claim)
            .await
            .expect("the database answers");
    }

    /// How many rows a table has.
    pub async fn count<E: sea_orm::EntityTrait>(&self) -> u64
    where
        for<'db> sea_orm::Select<E>: sea_orm::PaginatorTrait<'db, sea_orm::DatabaseConnection>,
    {
        crate::count::<E>(&self.app.db).await
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
