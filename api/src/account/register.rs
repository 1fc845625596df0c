//! Registering.

use entity::{HiddenText, MailKind, Purpose, user};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::password::check_strength;
use super::{Accounts, Client, EmailAddress, Error, Mailing, NewPassword, Refusal, Status};
use crate::mail::outbox;
use crate::{database, random};

impl Accounts {
    /// Creates a pending user and owes them a mail with a code.
    ///
    /// An address that is pending gets a new user with a new id in place of the one before, whose password, code and
    /// owed mail go with it. An address that is active keeps everything, and its owner is told by mail. All three run
    /// the same statements and have the same answer.
    ///
    /// # Errors
    /// [`Refusal::PasswordTooWeak`], [`Refusal::RateLimited`]; then nothing has changed.
    pub async fn register(&self, email: EmailAddress, password: NewPassword, client: Client) -> Result<Mailing, Error> {
        self.admit(client)?;
        self.hasher.admit()?;
        // Not the decision, which the transaction below takes, but it spares the hash that would be for nothing.
        if let Some(wait) = self.peek_mail(&email, client, self.clock.now()).await? {
            return Err(Refusal::RateLimited(wait).into());
        }
        let strength = {
            let email = email.clone();
            move |password: &str| check_strength(password, &email)
        };
        let strength = self.hasher.estimate(password.secret(), strength).await?;
        strength.map_err(|weak| Refusal::PasswordTooWeak(weak.0))?;
        let password_hash = self.hasher.hash(password.secret(), &*self.random).await?;

        let now = self.clock.now();
        let id = random::uuid(&*self.random, now);
        let transaction = database::begin(&self.db).await?;
        let resend_in = match self.spend_mail(&transaction, &email, client, now).await? {
            Ok(resend_in) => resend_in,
            Err(wait) => {
                transaction.rollback().await?;
                return Err(Refusal::RateLimited(wait).into());
            }
        };
        user::Entity::delete_many()
            .filter(user::Column::EmailCanonical.eq(HiddenText(email.canonical().to_owned())))
            .filter(user::Column::Status.eq(Status::Pending))
            .exec(&transaction)
            .await?;
        // Whom the unique index keeps out is active. The update changes nothing; it is there to return their row.
        let owner = user::Entity::insert(user::ActiveModel {
            id: Set(id),
            email: Set(HiddenText(email.typed().to_owned())),
            email_canonical: Set(HiddenText(email.canonical().to_owned())),
            password_hash: Set(HiddenText(password_hash)),
            status: Set(Status::Pending),
            created_at: Set(now),
            activated_at: Set(None),
        })
        .on_conflict(
            OnConflict::column(user::Column::EmailCanonical)
                .update_column(user::Column::EmailCanonical)
                .to_owned(),
        )
        .exec_with_returning(&transaction)
        .await?;
        let kind = match owner.status {
            Status::Pending => MailKind::ActivationCode,
            Status::Active => MailKind::AccountExists,
        };
        outbox::owe(&transaction, &*self.random, now, owner.id, kind).await?;
        let code_length = self.code_length(&transaction, &email, Purpose::Activation, now).await?;
        transaction.commit().await?;
        self.outbox.wake();
        Ok(Mailing {
            code_ttl: self.policy.code_ttl,
            code_length,
            resend_in,
        })
    }
}
