//! A check of a password under limits of its failures.

use std::sync::Arc;
use std::time::Duration;

use entity::Timestamp;
use sea_orm::{ConnAcquireErr, DatabaseConnection, DbErr};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use super::{Hasher, Overloaded};
use crate::database;
use crate::limits::{Limit, token_bucket};
use crate::telemetry::in_request;
use crate::transaction::Transaction;

/// Why a password was not verified.
#[derive(Debug)]
pub enum VerifyError {
    /// The password is wrong, or there is nobody whose password it could be.
    Invalid,
    /// The right password of a disabled user.
    Disabled,
    /// Too many failures; how long to wait.
    RateLimited(Duration),
    /// Too many passwords at once.
    Overloaded,
    /// The database failed.
    Database(DbErr),
}

impl From<DbErr> for VerifyError {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

impl From<Overloaded> for VerifyError {
    fn from(Overloaded: Overloaded) -> Self {
        Self::Overloaded
    }
}

/// Whose password is checked, and how.
pub(super) trait PasswordCheck: Send + Sync + 'static {
    /// The rows with the hashes.
    type Rows: Send;
    /// Whose password it is.
    type Verified: Send + 'static;

    /// Reads the hashes, in the transaction that takes the tokens.
    fn read(&self, transaction: &Transaction) -> impl Future<Output = Result<Self::Rows, DbErr>> + Send;

    /// Compares the password with the hashes.
    fn compare(&self, rows: Self::Rows) -> impl Future<Output = Result<Self::Verified, VerifyError>> + Send;

    /// Whether the right password keeps its token too.
    fn keeps_token(&self, verified: &Self::Verified) -> impl Future<Output = bool> + Send;
}

/// How often a task waits for a connection to give its token back.
const GIVE_BACK_ATTEMPTS: usize = 3;

/// Checks passwords under limits of their failures.
#[derive(Clone)]
pub struct PasswordChecks {
    pub(super) db: DatabaseConnection,
    pub(super) hasher: Hasher,
    tasks: TaskTracker,
    /// One for each connection of the pool. A thousand checks may wait, and the pool needs 15 KB for each that waits
    /// there.
    permits: Arc<Semaphore>,
}

impl PasswordChecks {
    /// Checks whose tasks belong to `tasks`.
    #[must_use]
    pub fn new(db: DatabaseConnection, hasher: Hasher, tasks: TaskTracker) -> Self {
        let permits = Arc::new(Semaphore::new(database::pool_size(&db)));
        Self {
            db,
            hasher,
            tasks,
            permits,
        }
    }

    /// Checks a password. A token of each limit is taken before the hash, so that parallel guesses cannot slip through,
    /// and given back on success. A task owns the token from the start: if the client leaves, the task gives it back.
    pub(super) async fn run<C: PasswordCheck>(
        &self,
        now: Timestamp,
        limits: Vec<Limit>,
        check: C,
    ) -> Result<C::Verified, VerifyError> {
        self.hasher.check_capacity()?;
        let permit = self.permit().await?;
        let attempt = Attempt {
            db: self.db.clone(),
            permits: self.permits.clone(),
            now,
            limits,
            check,
        };
        let (answer, result) = oneshot::channel();
        self.tasks.spawn(in_request(attempt.run(permit, answer)));
        result
            .await
            .unwrap_or_else(|_| Err(DbErr::Custom("the verification of a password panicked".to_owned()).into()))
    }

    /// Waits as long as for a connection.
    async fn permit(&self) -> Result<OwnedSemaphorePermit, DbErr> {
        let permit = timeout(database::ACQUIRE_TIMEOUT, self.permits.clone().acquire_owned()).await;
        permit.ok().and_then(Result::ok).ok_or_else(database::timed_out)
    }
}

struct Attempt<C> {
    db: DatabaseConnection,
    permits: Arc<Semaphore>,
    now: Timestamp,
    limits: Vec<Limit>,
    check: C,
}

impl<C: PasswordCheck> Attempt<C> {
    /// The statements are boxed: while a task waits for its hash, as a thousand may, it holds nothing for them.
    async fn run(self, permit: OwnedSemaphorePermit, mut answer: oneshot::Sender<Result<C::Verified, VerifyError>>) {
        let taken = database::within_timeout(Box::pin(self.take_token())).await;
        drop(permit);
        let rows = match taken {
            Ok(rows) => rows,
            Err(error) => {
                let _ = answer.send(Err(error));
                return;
            }
        };
        let compared = tokio::select! {
            compared = self.check.compare(rows) => Some(compared),
            // The client has left and learns nothing.
            () = answer.closed() => None,
        };
        let keeps_token = match &compared {
            Some(Err(VerifyError::Invalid)) => true,
            Some(Ok(verified)) => Box::pin(self.check.keeps_token(verified)).await,
            _ => false,
        };
        if !keeps_token {
            Box::pin(self.give_token_back()).await;
        }
        if let Some(compared) = compared {
            let _ = answer.send(compared);
        }
    }

    /// Tries more than once, because a busy database must not cost a guess.
    async fn give_token_back(&self) {
        let _permit = self.permits.acquire().await;
        for attempt in 1..=GIVE_BACK_ATTEMPTS {
            let given = timeout(
                database::TASK_TIMEOUT,
                token_bucket::give_back(&self.db, self.now, &self.limits),
            )
            .await;
            // It may have been given back, so this is not tried again.
            match given.unwrap_or_else(|_| Err(DbErr::Custom("timed out".to_owned()))) {
                Ok(()) => return,
                Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) if attempt < GIVE_BACK_ATTEMPTS => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot return a token to the password limit");
                    return;
                }
            }
        }
    }

    /// Takes a token of each limit, and reads whose password it may be.
    async fn take_token(&self) -> Result<C::Rows, VerifyError> {
        // In one transaction: a network that has used up its own tokens takes none of those that all networks share.
        let transaction = database::begin(&self.db).await?;
        if !token_bucket::take(&transaction, self.now, &self.limits).await? {
            transaction.rollback().await?;
            let wait = token_bucket::wait(&self.db, self.now, &self.limits).await?;
            return Err(VerifyError::RateLimited(wait));
        }
        let rows = self.check.read(&transaction).await?;
        transaction.commit().await?;
        Ok(rows)
    }
}
