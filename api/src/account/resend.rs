//! Mailing another code.

use entity::{MailKind, Purpose};

use super::{Accounts, Credentials, Error, Mailing, Proved, Refusal, Status};
use crate::database;
use crate::mail::outbox;

impl Accounts {
    /// Owes a pending user a mail with a fresh code; a mail that was still owed goes, and the code before it dies when
    /// the fresh one is drawn.
    ///
    /// # Errors
    /// [`Refusal::InvalidCredentials`], [`Refusal::AlreadyActivated`], [`Refusal::RateLimited`].
    pub async fn resend_activation_code(&self, credentials: &Credentials) -> Result<Mailing, Error> {
        self.resend_to(self.prove(credentials).await?).await
    }

    /// The same, for a user whose password was proved.
    ///
    /// # Errors
    /// As above.
    pub async fn resend_to(&self, proved: Proved) -> Result<Mailing, Error> {
        let Proved { user, email, client } = proved;
        if user.status == Status::Active {
            return Err(Refusal::AlreadyActivated(Box::new(user.into())).into());
        }
        let now = self.clock.now();
        let transaction = database::begin(&self.db).await?;
        let resend_in = match self.spend_mail(&transaction, &email, client, now).await? {
            Ok(resend_in) => resend_in,
            Err(wait) => {
                transaction.rollback().await?;
                return Err(Refusal::RateLimited(wait).into());
            }
        };
        let kind = MailKind::ActivationCode;
        // First the new mail: its foreign key locks the user, as does first whoever deletes one with all their mails.
        let owed = outbox::owe_if_pending(&transaction, &*self.random, now, user.id, kind).await?;
        let Some(owed) = owed else {
            // Activated, or replaced by a newer registration, since the password was proved.
            transaction.rollback().await?;
            return Err(self.why_not_pending(user.id).await?.into());
        };
        outbox::withdraw(&transaction, user.id, kind, Some(owed)).await?;
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
