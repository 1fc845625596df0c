//! What every use case needs, in one place.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use breached_passwords::Sha1File;
use http_server::Supervisor;
use sea_orm::DatabaseConnection;
use tokio_util::task::TaskTracker;

use crate::audit::{Audit, RefusalCounts};
use crate::clock::SharedClock;
use crate::clock_check::ClockCheck;
use crate::credentials::{BreachedPasswords, Hasher, HashingConfig, PasswordChecks, StrengthChecks};
use crate::keys::Keys;
use crate::limits::ClientLimit;
use crate::mail::outbox::OutboxSignal;
use crate::metrics::Metrics;
use crate::policy::Policy;
use crate::random::SharedRandom;
use crate::sessions::SessionLookup;
use crate::start_error::StartError;
use crate::telemetry::{Traces, TracesConfig};
use crate::webhooks::{WebhookConfig, Webhooks};

/// What every use case needs. Clones share it.
#[derive(Clone)]
pub struct App {
    /// Where accounts are stored.
    pub db: DatabaseConnection,
    /// The time.
    pub clock: SharedClock,
    /// Tells the sweep whether the clock has jumped.
    pub clock_check: ClockCheck,
    /// Ids, salts, draws and tokens.
    pub random: SharedRandom,
    /// Hashes passwords.
    pub hasher: Hasher,
    /// Verifies passwords.
    pub password_checks: PasswordChecks,
    /// Refuses weak new passwords.
    pub strength_checks: StrengthChecks,
    /// Derives codes, and hides the subjects of limits.
    pub keys: Arc<Keys>,
    /// The numbers that the operator chose.
    pub policy: Policy,
    /// Limits the credential operations of one client.
    pub client_limit: ClientLimit,
    /// Finds the session of a token.
    pub sessions: SessionLookup,
    /// Wakes the mail worker.
    pub outbox: OutboxSignal,
    /// Tells the endpoints of the operator what happened.
    pub webhooks: Webhooks,
    /// Records what happens to accounts.
    pub audit: Audit,
    /// Counts refused requests.
    pub refusals: RefusalCounts,
    /// Counters.
    pub metrics: Metrics,
    /// Where spans go.
    pub traces: Traces,
    /// Whether the server was told to stop. It still answers, but is not ready any more.
    pub stopping: Arc<AtomicBool>,
    /// Restarts tasks that panic, and tells them to stop.
    pub supervisor: Supervisor,
    /// Tasks that outlive their request. A stop waits for them.
    pub tasks: TaskTracker,
}

/// What the operator chooses for an [`App`].
#[derive(Clone)]
pub struct AppConfig {
    /// `SECRET_KEY`.
    pub secret_key: secrecy::SecretSlice<u8>,
    /// `SECRET_KEY_PREVIOUS`.
    pub previous_secret_key: Option<secrecy::SecretSlice<u8>>,
    /// The numbers that the operator chose.
    pub policy: Policy,
    /// How much work a hash is.
    pub hashing: HashingConfig,
    /// The file in `BREACHED_PASSWORDS`.
    pub breached_passwords: Option<Sha1File>,
    /// Credential operations of one client in a minute; zero for no limit.
    pub client_limit_per_minute: u32,
    /// Where webhooks go.
    pub webhooks: WebhookConfig,
    /// Where traces go, if anywhere.
    pub traces: Option<TracesConfig>,
}

impl App {
    /// Starts the hashing threads and the session lookup, on the current runtime. The schema of the database must be up
    /// to date.
    ///
    /// # Errors
    /// When the hashing threads cannot be started, or traces cannot be sent to their URL.
    pub fn start(
        db: DatabaseConnection,
        clock: SharedClock,
        random: SharedRandom,
        config: &AppConfig,
    ) -> Result<Self, StartError> {
        let metrics = Metrics::new();
        let traces = Traces::start(
            config.traces.as_ref(),
            db.get_database_backend(),
            clock.clone(),
            &metrics,
        )?;
        let supervisor = Supervisor::new(metrics.task_restarts.clone());
        let hasher = Hasher::start(config.hashing, &*random, metrics.clone(), &supervisor)?;
        let breached = BreachedPasswords::new(
            config.breached_passwords.clone(),
            metrics.breached_lookups_failed.clone(),
        );
        let tasks = TaskTracker::new();
        Ok(Self {
            password_checks: PasswordChecks::new(db.clone(), hasher.clone(), tasks.clone()),
            hasher,
            strength_checks: StrengthChecks::start(config.hashing.queue, breached, &metrics, &supervisor)?,
            keys: Arc::new(Keys::derive(&config.secret_key, config.previous_secret_key.as_ref())),
            policy: config.policy,
            client_limit: ClientLimit::per_minute(config.client_limit_per_minute, clock.clone()),
            sessions: SessionLookup::start(db.clone(), clock.clone(), config.policy),
            outbox: OutboxSignal::default(),
            webhooks: Webhooks::new(&config.webhooks, clock.clone(), random.clone()).traced(traces.clone()),
            audit: Audit::new(random.clone()),
            refusals: RefusalCounts::default(),
            db,
            clock,
            clock_check: ClockCheck::default(),
            random,
            metrics,
            traces,
            stopping: Arc::default(),
            supervisor,
            tasks,
        })
    }

    /// Counts a refused request. `reason` is the code of the answer.
    pub(crate) fn count_refusal(&self, reason: &'static str) {
        self.refusals.count(self.clock.now(), reason);
    }
}
