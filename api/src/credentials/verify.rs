//! Verifies an email and a password at equal cost for known and unknown addresses.

use std::time::Duration;

use entity::{Timestamp, user, verification};
use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use super::{EmailAddress, Hasher, Overloaded, Password};
use crate::database;
use crate::keys::Key;
use crate::limits::{self, Client, Limit, token_bucket};
use crate::verification::record_proof;

/// An email address and the password that is said to belong to it.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The address.
    pub email: EmailAddress,
    /// The password, as received.
    pub password: Password,
    /// Where the request came from.
    pub client: Client,
}

/// Somebody whose password was verified. Whatever is done for them is keyed by their id: a registration that a newer one
/// has replaced since has no row any more.
#[derive(Debug)]
pub enum Identity {
    /// A user.
    User(user::Model),
    /// An open registration. It may be a decoy, whose address already has a user.
    Registration(verification::Model),
}

/// Why a password was not verified.
#[derive(Debug)]
pub enum VerifyError {
    /// Wrong email or password.
    Invalid,
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

/// Verifies a password, with the same work and the same answers for known and unknown addresses.
///
/// A token of the failure limits is taken before the hash, so that parallel guesses cannot slip through, and given back
/// on success. One of `tasks` owns the token from the start: if the client leaves, the task gives it back.
///
/// # Errors
/// [`VerifyError`].
pub async fn verify(
    db: &DatabaseConnection,
    hasher: &Hasher,
    limits_key: &Key,
    tasks: &TaskTracker,
    now: Timestamp,
    credentials: &Credentials,
) -> Result<Identity, VerifyError> {
    hasher.check_capacity()?;
    let attempt = Attempt {
        db: db.clone(),
        hasher: hasher.clone(),
        now,
        limits: limits::password_failures(limits_key, credentials.email.canonical(), &credentials.client),
        email: credentials.email.clone(),
        password: credentials.password.clone(),
    };
    let (answer, result) = oneshot::channel();
    tasks.spawn(attempt.run(answer));
    result
        .await
        .unwrap_or_else(|_| Err(DbErr::Custom("the verification of a password panicked".to_owned()).into()))
}

struct Attempt {
    db: DatabaseConnection,
    hasher: Hasher,
    now: Timestamp,
    limits: [Limit; 2],
    email: EmailAddress,
    password: Password,
}

impl Attempt {
    async fn run(self, mut answer: oneshot::Sender<Result<Identity, VerifyError>>) {
        let (user, registration) = match self.take_token().await {
            Ok(rows) => rows,
            Err(error) => {
                let _ = answer.send(Err(error));
                return;
            }
        };
        let compared = tokio::select! {
            compared = self.compare(user, registration) => Some(compared),
            // The client has left and learns nothing.
            () = answer.closed() => None,
        };
        let keeps_token = match &compared {
            Some(Err(VerifyError::Invalid)) => true,
            Some(Ok(Identity::Registration(registration))) => self.is_first_proof(registration).await,
            _ => false,
        };
        if !keeps_token && let Err(error) = token_bucket::give_back(&self.db, self.now, &self.limits).await {
            tracing::warn!(%error, "cannot return a token to the password limit");
        }
        if let Some(compared) = compared {
            let _ = answer.send(compared);
        }
    }

    /// Takes a token of each limit, and reads whose password it may be.
    async fn take_token(&self) -> Result<(Option<user::Model>, Option<verification::Model>), VerifyError> {
        // In one transaction: a network that has used up its own tokens takes none of those that all networks share.
        let transaction = database::begin(&self.db).await?;
        if !token_bucket::take(&transaction, self.now, &self.limits).await? {
            transaction.rollback().await?;
            let wait = token_bucket::wait(&self.db, self.now, &self.limits).await?;
            return Err(VerifyError::RateLimited(wait));
        }
        let email = self.email.canonical();
        let user = user::by_canonical_email(email).one(&transaction).await?;
        let registration = verification::open_registration(email, self.now)
            .one(&transaction)
            .await?;
        transaction.commit().await?;
        Ok((user, registration))
    }

    /// Compares one digest with both hashes. The user's wins: a person who registers again with the password that they
    /// already have is signed in.
    async fn compare(
        &self,
        user: Option<user::Model>,
        registration: Option<verification::Model>,
    ) -> Result<Identity, VerifyError> {
        let registration = registration.and_then(|row| row.password_hash.clone().map(|hash| (hash.0, row)));
        let known = user.map(|row| (row.password_hash.0.clone(), Identity::User(row)));
        let pending = registration.map(|(hash, row)| (hash, Identity::Registration(row)));
        let (hashes, identities): (Vec<_>, Vec<_>) = known.into_iter().chain(pending).unzip();
        let right = self.hasher.verify(self.password.secret(), hashes).await?;
        match right.and_then(|index| identities.into_iter().nth(index)) {
            // After the same work as for everybody else.
            Some(Identity::User(user)) if user.disabled_at.is_some() => Err(VerifyError::Invalid),
            Some(identity) => Ok(identity),
            None => Err(VerifyError::Invalid),
        }
    }

    /// Whether this is the first proof of a registration's password. That one keeps its token, so that guessing a user's
    /// password by registering with it costs one token per guess, also if the registration is replaced meanwhile.
    async fn is_first_proof(&self, registration: &verification::Model) -> bool {
        if registration.proved_at.is_some() {
            return false;
        }
        let recorded = record_proof(&self.db, registration.id, self.now).await;
        recorded.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot record that a registration's password was verified");
            true
        })
    }
}
