//! Drawing the code of an owed mail, just before it is sent.

use std::time::Duration;

use entity::{HiddenBytes, Purpose, Timestamp, email_outbox, user, verification_code};
use sea_orm::sea_query::{ExprTrait, OnConflict, Query};
use sea_orm::{ActiveEnum, ColumnTrait, ConnectionTrait, DbErr, EntityTrait};

use super::{Accounts, Code, EmailAddress, Status, code};
use crate::mail::outbox::Claim;

/// How long after its draw a code may be mailed again. It is then as good as the first time, and a receiver that took
/// the first mail without saying so gets the same code under the same Message-ID.
const SAME_CODE: Duration = Duration::from_secs(30);

/// A code that is to be mailed now.
pub(crate) struct MailedCode {
    /// The code.
    pub code: Code,
    /// What it was derived from, to name the mail by.
    pub draw: Vec<u8>,
    /// How long it can be used from now on.
    pub usable: Duration,
}

/// What there is to mail.
pub(crate) enum Drawn {
    /// This code.
    Code(MailedCode),
    /// Nothing: the registration, or this worker's claim on its mail, is gone.
    Gone,
}

impl Accounts {
    /// The code for a claimed mail: the one that an attempt within the last 30 seconds drew for it, or a new one.
    pub(crate) async fn draw(&self, claim: &Claim, email: &EmailAddress, purpose: Purpose) -> Result<Drawn, DbErr> {
        let now = self.clock.now();
        // Half of its time is left at least, also where an operator gives it less than a minute.
        let same_code = SAME_CODE.min(self.policy.code_ttl / 2);
        let live = verification_code::Entity::find_by_id((claim.mail.user_id, purpose))
            .one(&self.db)
            .await?
            .filter(|live| live.mail_id == claim.mail.id && live.drawn_at > now.before(same_code));
        let live = match live {
            Some(live) => Some(live),
            None => self.draw_anew(claim, email, purpose, now).await?,
        };
        let Some(live) = live else {
            return Ok(Drawn::Gone);
        };
        let digits = u8::try_from(live.digits).unwrap_or(super::MAX_CODE_LENGTH);
        Ok(Drawn::Code(MailedCode {
            code: Code::derive(&self.keys.codes, purpose, live.user_id, &live.draw.0, digits),
            draw: live.draw.0,
            usable: live.expires_at.since(now),
        }))
    }

    /// Puts a new draw in the place of the one before, if the claim still holds and the user is still pending.
    async fn draw_anew(
        &self,
        claim: &Claim,
        email: &EmailAddress,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Option<verification_code::Model>, DbErr> {
        let drawn = verification_code::Model {
            user_id: claim.mail.user_id,
            purpose,
            draw: HiddenBytes(code::draw(&*self.random).to_vec()),
            digits: self.code_length(&self.db, email, purpose, now).await?.into(),
            attempts: 0,
            mail_id: claim.mail.id,
            drawn_at: now,
            expires_at: now + self.policy.code_ttl,
        };
        let stored = store_if_held(&self.db, claim, &drawn).await;
        match stored {
            Ok(true) => Ok(Some(drawn)),
            Ok(false) => Ok(None),
            // The user was replaced between the look and the insert: the foreign key keeps the code of nobody out.
            Err(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_))) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// One statement: look for the claim and the pending user, and store.
async fn store_if_held(
    db: &impl ConnectionTrait,
    claim: &Claim,
    drawn: &verification_code::Model,
) -> Result<bool, DbErr> {
    use verification_code::Column;
    let held = Query::select()
        .exprs([
            drawn.user_id.into(),
            drawn.purpose.to_value().into(),
            drawn.draw.clone().into(),
            drawn.digits.into(),
            drawn.attempts.into(),
            drawn.mail_id.into(),
            drawn.drawn_at.into(),
            sea_orm::sea_query::Expr::value(drawn.expires_at),
        ])
        .from(email_outbox::Entity)
        .inner_join(
            user::Entity,
            email_outbox::Column::UserId
                .into_expr()
                .equals((user::Entity, user::Column::Id)),
        )
        .and_where(email_outbox::Column::Id.eq(claim.mail.id))
        .and_where(email_outbox::Column::Lease.eq(claim.lease))
        .and_where(user::Column::Status.eq(Status::Pending))
        .to_owned();
    let mut insert = Query::insert();
    insert
        .into_table(verification_code::Entity)
        .columns([
            Column::UserId,
            Column::Purpose,
            Column::Draw,
            Column::Digits,
            Column::Attempts,
            Column::MailId,
            Column::DrawnAt,
            Column::ExpiresAt,
        ])
        .on_conflict(
            OnConflict::columns([Column::UserId, Column::Purpose])
                .update_columns([
                    Column::Draw,
                    Column::Digits,
                    Column::Attempts,
                    Column::MailId,
                    Column::DrawnAt,
                    Column::ExpiresAt,
                ])
                .to_owned(),
        )
        .select_from(held)
        .map_err(|error| DbErr::Custom(error.to_string()))?;
    Ok(db.execute(&insert).await?.rows_affected() == 1)
}
