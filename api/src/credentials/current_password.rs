//! Verifies the current password of a signed-in user.

use entity::{Timestamp, user};
use sea_orm::prelude::Uuid;
use sea_orm::{DbErr, EntityTrait};

use super::limited_check::{PasswordCheck, PasswordChecks, VerifyError};
use super::{Hasher, Password};
use crate::keys::LimitKeys;
use crate::limits;
use crate::transaction::Transaction;

impl PasswordChecks {
    /// Verifies the current password of a signed-in user, and returns the user as read with the hash. Only the hash of
    /// this user counts, read by id: a registration of the same address, which anybody can begin, has a password of its
    /// own.
    ///
    /// # Errors
    /// [`VerifyError`].
    pub async fn verify_current(
        &self,
        limit_keys: &LimitKeys,
        now: Timestamp,
        (user, password): (Uuid, Password),
    ) -> Result<user::Model, VerifyError> {
        let limits = vec![limits::current_password_failures(limit_keys, user)];
        let check = OfUser {
            hasher: self.hasher.clone(),
            user,
            password,
        };
        self.run(now, limits, check).await
    }
}

struct OfUser {
    hasher: Hasher,
    user: Uuid,
    password: Password,
}

impl PasswordCheck for OfUser {
    type Rows = Option<user::Model>;
    type Verified = user::Model;

    async fn read(&self, transaction: &Transaction) -> Result<Self::Rows, DbErr> {
        user::Entity::find_by_id(self.user).one(transaction).await
    }

    async fn compare(&self, user: Self::Rows) -> Result<Self::Verified, VerifyError> {
        let user = user.ok_or(VerifyError::Invalid)?;
        let hashes = vec![user.password_hash.0.clone()];
        match self.hasher.verify(self.password.secret(), hashes).await? {
            Some(_) if user.disabled_at.is_none() => Ok(user),
            _ => Err(VerifyError::Invalid),
        }
    }

    async fn keeps_token(&self, _: &Self::Verified) -> bool {
        false
    }
}
