//! Verifies an email and a password at equal cost for known and unknown addresses.

use entity::{Timestamp, user, verification};
use sea_orm::{DatabaseConnection, DbErr};

use super::limited_check::{PasswordCheck, PasswordChecks, VerifyError};
use super::{EmailAddress, Hasher, Password};
use crate::client::Client;
use crate::database;
use crate::keys::LimitKeys;
use crate::limits;
use crate::transaction::Transaction;
use crate::verification::record_proof;

/// An email address and a password to verify.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The address.
    pub email: EmailAddress,
    /// The password, as received.
    pub password: Password,
    /// Where the request came from.
    pub client: Client,
}

/// Somebody whose password was verified. Later statements use their id. If a newer registration has replaced this one,
/// its row is gone.
#[derive(Debug)]
pub enum Identity {
    /// A user.
    User(user::Model),
    /// An open registration. It may be a decoy, whose address already has a user.
    Registration(verification::Model),
}

impl PasswordChecks {
    /// Verifies the password of an address, with the same work and the same answers for known and unknown addresses.
    ///
    /// # Errors
    /// [`VerifyError`].
    pub async fn verify(
        &self,
        limit_keys: &LimitKeys,
        now: Timestamp,
        credentials: &Credentials,
    ) -> Result<Identity, VerifyError> {
        let limits = limits::password_failures(limit_keys, credentials.email.canonical(), &credentials.client);
        let check = OfAddress {
            db: self.db.clone(),
            hasher: self.hasher.clone(),
            now,
            email: credentials.email.clone(),
            password: credentials.password.clone(),
        };
        self.run(now, limits.into(), check).await
    }
}

struct OfAddress {
    db: DatabaseConnection,
    hasher: Hasher,
    now: Timestamp,
    email: EmailAddress,
    password: Password,
}

impl PasswordCheck for OfAddress {
    type Rows = (Option<user::Model>, Option<verification::Model>);
    type Verified = Identity;

    async fn read(&self, transaction: &Transaction) -> Result<Self::Rows, DbErr> {
        let email = self.email.canonical();
        // In this order, one of them is found while another request activates the registration.
        let registration = verification::open_registration(email, self.now)
            .one(transaction)
            .await?;
        let user = user::by_canonical_email(email).one(transaction).await?;
        Ok((user, registration))
    }

    /// Compares one digest with both hashes. The user's wins: a person who registers again with the password that they
    /// already have is signed in.
    async fn compare(&self, (user, registration): Self::Rows) -> Result<Identity, VerifyError> {
        let registration = registration.and_then(|row| row.password_hash.clone().map(|hash| (hash.0, row)));
        let known = user.map(|row| (row.password_hash.0.clone(), Identity::User(row)));
        let pending = registration.map(|(hash, row)| (hash, Identity::Registration(row)));
        let (hashes, identities): (Vec<_>, Vec<_>) = known.into_iter().chain(pending).unzip();
        let right = self.hasher.verify(self.password.secret(), hashes).await?;
        match right.and_then(|index| identities.into_iter().nth(index)) {
            // After the same work as for everybody else, and only for the right password.
            Some(Identity::User(user)) if user.disabled_at.is_some() => Err(VerifyError::Disabled),
            Some(identity) => Ok(identity),
            None => Err(VerifyError::Invalid),
        }
    }

    /// The first proof of a registration's password keeps its token, so that guessing a user's password by registering
    /// with it costs one token per guess, also if the registration is replaced meanwhile.
    async fn keeps_token(&self, identity: &Identity) -> bool {
        let Identity::Registration(registration) = identity else {
            return false;
        };
        if registration.proved_at.is_some() {
            return false;
        }
        let recorded = database::within_timeout(record_proof(&self.db, registration.id, self.now)).await;
        recorded.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot record that a registration's password was verified");
            true
        })
    }
}
