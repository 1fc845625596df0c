//! Drawing the codes of owed mails, just before they are sent.

use std::collections::HashMap;
use std::time::Duration;

use entity::{HiddenBytes, Purpose, Timestamp, email_outbox, user, verification_code};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query, UnionType};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, Iterable, QueryFilter, SqlErr,
};

use super::{Accounts, Code, EmailAddress, Status, code};
use crate::mail::outbox::{self, Claim};

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

/// A claimed mail that is to carry a code, and to whom it goes.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub claim: &'a Claim,
    pub email: &'a EmailAddress,
}

impl Accounts {
    /// The codes for claimed mails, by the mail: the one that an attempt within the last 30 seconds drew for it, or a new
    /// one. A mail that has none is not to be sent: the registration, or this worker's claim, is gone.
    pub(crate) async fn draw(
        &self,
        wanted: &[Wanted<'_>],
        purpose: Purpose,
    ) -> Result<HashMap<Uuid, MailedCode>, DbErr> {
        let now = self.clock.now();
        let mut live = self.still_good(wanted, purpose, now).await?;
        let anew: Vec<_> = wanted
            .iter()
            .copied()
            .filter(|wanted| live.iter().all(|live| live.mail_id != wanted.claim.mail.id))
            .collect();
        if !anew.is_empty() {
            live.extend(self.draw_anew(&anew, purpose, now).await?);
        }
        Ok(live
            .into_iter()
            .map(|live| (live.mail_id, self.mailed(live, now)))
            .collect())
    }

    fn mailed(&self, live: verification_code::Model, now: Timestamp) -> MailedCode {
        let digits = u8::try_from(live.digits).unwrap_or(super::MAX_CODE_LENGTH);
        MailedCode {
            code: Code::derive(&self.keys.codes, live.purpose, live.user_id, &live.draw.0, digits),
            draw: live.draw.0,
            usable: live.expires_at.since(now),
        }
    }

    /// The codes that an earlier attempt drew for these mails, and that are as good as new.
    async fn still_good(
        &self,
        wanted: &[Wanted<'_>],
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Vec<verification_code::Model>, DbErr> {
        let tried = wanted.iter().filter(|wanted| wanted.claim.mail.attempts > 1);
        let claims: Vec<_> = tried.map(|wanted| wanted.claim).collect();
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        // Half of its time is left at least, also where an operator gives it less than a minute.
        let same_code = SAME_CODE.min(self.policy.code_ttl / 2);
        let live = verification_code::Entity::find()
            .filter(verification_code::Column::MailId.is_in(claims.iter().map(|claim| claim.mail.id)))
            .filter(verification_code::Column::UserId.is_in(claims.iter().map(|claim| claim.mail.user_id)))
            .filter(verification_code::Column::Purpose.eq(purpose))
            .filter(verification_code::Column::DrawnAt.gt(now.before(same_code)))
            .all(&self.db)
            .await?;
        let held = outbox::renew(&self.db, &claims, now).await?;
        Ok(live.into_iter().filter(|live| held.contains(&live.mail_id)).collect())
    }

    /// Puts new draws in the place of those before, where the claim still holds and the user is still pending.
    async fn draw_anew(
        &self,
        wanted: &[Wanted<'_>],
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Vec<verification_code::Model>, DbErr> {
        let drawn: Vec<_> = wanted
            .iter()
            .map(|wanted| NewDraw {
                claim: wanted.claim,
                digits: self.digits(wanted.email, purpose, now),
                purpose,
                draw: HiddenBytes(code::draw(&*self.random).to_vec()),
                drawn_at: now,
                expires_at: now + self.policy.code_ttl,
            })
            .collect();
        match store_where_held(&self.db, &drawn).await {
            // A user was replaced between the claim and the insert: the foreign key keeps the code of nobody out, and the
            // others have to be stored without it.
            Err(error) if is_of_nobody(&error) => {
                let mut stored = Vec::new();
                for one in drawn.chunks(1) {
                    match store_where_held(&self.db, one).await {
                        Err(error) if is_of_nobody(&error) => {}
                        other => stored.extend(other?),
                    }
                }
                Ok(stored)
            }
            other => other,
        }
    }
}

/// A new draw for a claimed mail, before it is stored.
struct NewDraw<'a> {
    claim: &'a Claim,
    /// How many digits the code has, which the database decides.
    digits: Expr,
    purpose: Purpose,
    draw: HiddenBytes,
    drawn_at: Timestamp,
    expires_at: Timestamp,
}

fn is_of_nobody(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_)))
}

/// One statement: look for the claims and the pending users, and store. Gives what it stored.
async fn store_where_held(
    db: &impl ConnectionTrait,
    drawn: &[NewDraw<'_>],
) -> Result<Vec<verification_code::Model>, DbErr> {
    use verification_code::Column;
    let mut held = drawn.iter().map(|drawn| {
        let mail = &drawn.claim.mail;
        Query::select()
            .exprs([
                Expr::value(mail.user_id),
                Expr::value(drawn.purpose.to_value()),
                Expr::value(drawn.draw.clone()),
                drawn.digits.clone(),
                Expr::value(0),
                Expr::value(mail.id),
                Expr::value(drawn.drawn_at),
                Expr::value(drawn.expires_at),
            ])
            .from(email_outbox::Entity)
            .inner_join(
                user::Entity,
                email_outbox::Column::UserId
                    .into_expr()
                    .equals((user::Entity, user::Column::Id)),
            )
            .and_where(email_outbox::Column::Id.eq(mail.id))
            .and_where(email_outbox::Column::Lease.eq(drawn.claim.lease))
            .and_where(user::Column::Status.eq(Status::Pending))
            .to_owned()
    });
    let Some(mut all) = held.next() else {
        return Ok(Vec::new());
    };
    all.unions(held.map(|held| (UnionType::All, held)));
    let mut insert = Query::insert();
    insert
        .into_table(verification_code::Entity)
        .columns(Column::iter())
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
        .returning(Query::returning().columns(Column::iter()))
        .select_from(all)
        .map_err(|error| DbErr::Custom(error.to_string()))?;
    let stored = db.query_all(&insert).await?;
    stored
        .iter()
        .map(|row| verification_code::Model::from_query_result(row, ""))
        .collect()
}
