//! Activating.

use entity::{Purpose, Timestamp, user, verification_code};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{
    Accounts, CODE_MAX_ATTEMPTS, Code, Credentials, EmailAddress, Error, InvalidCode, OpenedSession, Proved, Refusal,
    Status, User,
};
use crate::database;
use crate::mail::outbox;

impl Accounts {
    /// Turns the pending user into an active one, exactly once, and opens a session for them. Whether the code is in
    /// time is judged by when the request arrived.
    ///
    /// Transactions: the password's token (see [`Accounts::prove`]); the try, committed before the code is looked
    /// at; the change of status with the session.
    ///
    /// # Errors
    /// In this order: [`Refusal::RateLimited`], [`Refusal::InvalidCredentials`], [`Refusal::AlreadyActivated`],
    /// [`Refusal::InvalidCode`] when no code was drawn yet, [`Refusal::CodeExpired`], [`Refusal::TooManyAttempts`],
    /// [`Refusal::InvalidCode`].
    pub async fn activate(
        &self,
        credentials: &Credentials,
        code: Result<Code, InvalidCode>,
        arrived: Timestamp,
    ) -> Result<(User, OpenedSession), Error> {
        self.activate_proved(self.prove(credentials).await?, code, arrived)
            .await
    }

    /// The same, for a user whose password was proved.
    ///
    /// # Errors
    /// As above, from the third on.
    pub async fn activate_proved(
        &self,
        proved: Proved,
        code: Result<Code, InvalidCode>,
        arrived: Timestamp,
    ) -> Result<(User, OpenedSession), Error> {
        let Proved { user, email, .. } = proved;
        if user.status == Status::Active {
            return Err(Refusal::AlreadyActivated(Box::new(user.into())).into());
        }
        let Ok(code) = code else {
            // What cannot be a code spends no try.
            return Err(self.why_no_try(user.id, arrived).await?.into());
        };
        let Some(drawn) = self.spend_try(user.id, &email, arrived).await? else {
            return Err(self.why_no_try(user.id, arrived).await?.into());
        };
        let digits = u8::try_from(drawn.digits).unwrap_or(super::MAX_CODE_LENGTH);
        let expected = Code::derive(&self.keys.codes, Purpose::Activation, user.id, &drawn.draw.0, digits);
        if !code.matches(&expected) {
            let spent = u8::try_from(drawn.attempts).unwrap_or(CODE_MAX_ATTEMPTS);
            return Err(Refusal::InvalidCode(Some(CODE_MAX_ATTEMPTS.saturating_sub(spent))).into());
        }
        self.flip(user.id).await
    }

    /// Spends a try of the user's live code, and counts it against the address; `None` when there is none to spend.
    async fn spend_try(
        &self,
        user: Uuid,
        email: &EmailAddress,
        arrived: Timestamp,
    ) -> Result<Option<verification_code::Model>, Error> {
        let transaction = database::begin(&self.db).await?;
        let drawn = verification_code::Entity::update_many()
            .col_expr(
                verification_code::Column::Attempts,
                Expr::col(verification_code::Column::Attempts).add(1),
            )
            .filter(verification_code::Column::UserId.eq(user))
            .filter(verification_code::Column::Purpose.eq(Purpose::Activation))
            .filter(verification_code::Column::Attempts.lt(CODE_MAX_ATTEMPTS))
            .filter(verification_code::Column::ExpiresAt.gt(arrived))
            .exec_with_returning(&transaction)
            .await?
            .pop();
        if drawn.is_some() {
            // The right try counts too. It does no harm: after it there is nothing to guess.
            self.record_try(&transaction, email, Purpose::Activation, self.clock.now())
                .await?;
        }
        transaction.commit().await?;
        Ok(drawn)
    }

    /// The change of status. Of several requests with the right code one comes through.
    async fn flip(&self, id: Uuid) -> Result<(User, OpenedSession), Error> {
        let now = self.clock.now();
        let transaction = database::begin(&self.db).await?;
        let flipped = user::Entity::update_many()
            .col_expr(user::Column::Status, Expr::value(Status::Active))
            .col_expr(user::Column::ActivatedAt, Expr::value(now))
            .filter(user::Column::Id.eq(id))
            .filter(user::Column::Status.eq(Status::Pending))
            .exec_with_returning(&transaction)
            .await?
            .pop();
        let Some(user) = flipped else {
            transaction.rollback().await?;
            return Err(self.why_not_pending(id).await?.into());
        };
        verification_code::Entity::delete_by_id((id, Purpose::Activation))
            .exec(&transaction)
            .await?;
        outbox::withdraw(&transaction, id, entity::MailKind::ActivationCode, None).await?;
        let session = self.open_session(&transaction, id, now).await?;
        transaction.commit().await?;
        Ok((user.into(), session))
    }

    /// Why a user has no try to spend, in the order in which the answers are promised.
    async fn why_no_try(&self, id: Uuid, arrived: Timestamp) -> Result<Refusal, Error> {
        // The code first: an activation in between takes the code away, and must then be seen in the user.
        let drawn = verification_code::Entity::find_by_id((id, Purpose::Activation))
            .one(&self.db)
            .await?;
        let Some(user) = user::Entity::find_by_id(id).one(&self.db).await? else {
            return Ok(Refusal::InvalidCredentials);
        };
        if user.status == Status::Active {
            return Ok(Refusal::AlreadyActivated(Box::new(user.into())));
        }
        Ok(match drawn {
            None => Refusal::InvalidCode(None),
            Some(drawn) if drawn.expires_at <= arrived => Refusal::CodeExpired,
            Some(drawn) if drawn.attempts >= i32::from(CODE_MAX_ATTEMPTS) => Refusal::TooManyAttempts,
            Some(drawn) => {
                let spent = u8::try_from(drawn.attempts).unwrap_or(CODE_MAX_ATTEMPTS);
                Refusal::InvalidCode(Some(CODE_MAX_ATTEMPTS.saturating_sub(spent)))
            }
        })
    }

    /// What became of a user who was pending when their password was proved.
    pub(super) async fn why_not_pending(&self, id: Uuid) -> Result<Refusal, Error> {
        let user = user::Entity::find_by_id(id).one(&self.db).await?;
        Ok(user.map_or(Refusal::InvalidCredentials, |user| {
            Refusal::AlreadyActivated(Box::new(user.into()))
        }))
    }
}
