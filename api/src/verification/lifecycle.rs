//! The statements on one verification: prepare, find, spend a try, consume.

use entity::{HiddenBytes, HiddenText, Purpose, Timestamp, verification};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, InsertStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryTrait};

use super::rules::{CODE_MAX_ATTEMPTS, lifetime};
use super::verification_token::VerificationToken;
use crate::clock::latest_written;
use crate::keys::Keys;
use crate::random::{self, Random};

/// A verification that is about to begin.
pub(crate) struct NewVerification {
    /// The address that the code goes to, as typed.
    pub email: HiddenText,
    /// The canonical form of the address.
    pub email_canonical: HiddenText,
    /// The language for emails.
    pub locale: Option<String>,
    /// What the code will do.
    pub effect: Effect,
}

/// What a code will do.
pub(crate) enum Effect {
    /// Create a user with this password.
    Register {
        /// A PHC string.
        password_hash: HiddenText,
    },
    /// Replace the password of this user. Without one the code is in no email.
    ResetPassword {
        /// The user of the address.
        user: Option<Uuid>,
    },
    /// Replace the address of this user.
    ChangeEmail {
        /// The user. The caller has locked the row.
        user: Uuid,
        /// The canonical address that the user has.
        former: HiddenText,
    },
}

/// A verification whose row is still to be inserted.
pub(crate) struct PreparedVerification {
    /// UUID version 7.
    pub id: Uuid,
    /// To be shown once.
    pub token: VerificationToken,
    /// Inserts the row, in the same transaction.
    pub insert: InsertStatement,
}

/// Prepares a verification, whose row the caller inserts together with the email. A registration replaces the open one
/// of the address, and an email change that of the user; their emails go with them. Several resets of one address may
/// be open.
pub(crate) async fn prepare(
    transaction: &impl ConnectionTrait,
    random: &dyn Random,
    now: Timestamp,
    new: NewVerification,
) -> Result<PreparedVerification, DbErr> {
    let (purpose, replaced) = match &new.effect {
        Effect::Register { .. } => (
            Purpose::Registration,
            Some(verification::is_open_registration(&new.email_canonical.0)),
        ),
        Effect::ResetPassword { .. } => (Purpose::PasswordReset, None),
        Effect::ChangeEmail { user, .. } => (Purpose::EmailChange, Some(verification::is_open_email_change(*user))),
    };
    if let Some(replaced) = replaced {
        verification::Entity::delete_many()
            .filter(replaced)
            .exec(transaction)
            .await?;
    }
    let (user, former, password_hash) = match new.effect {
        Effect::Register { password_hash } => (None, None, Some(password_hash)),
        Effect::ResetPassword { user } => (user, None, None),
        Effect::ChangeEmail { user, former } => (Some(user), Some(former), None),
    };
    let id = random::uuid(random, now);
    let token = VerificationToken::draw(random);
    let row = verification::ActiveModel {
        id: Set(id),
        purpose: Set(purpose),
        email: Set(new.email),
        email_canonical: Set(new.email_canonical),
        user_id: Set(user),
        former_email_canonical: Set(former),
        token_digest: Set(token.digest()),
        password_hash: Set(password_hash),
        locale: Set(new.locale),
        created_at: Set(now),
        expires_at: Set(now + lifetime(purpose)),
        digits: Set(0),
        attempts: Set(0),
        mailed: Set(false),
        // Everything else is null until it happens.
        ..Default::default()
    };
    let insert = verification::Entity::insert(row).into_query();
    Ok(PreparedVerification { id, token, insert })
}

/// The verification of a purpose that a token names, open or consumed.
pub(crate) async fn find_by_token(
    db: &impl ConnectionTrait,
    token: &VerificationToken,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<verification::Model>, DbErr> {
    verification::by_token(token.digest(), purpose, now).one(db).await
}

/// A verification as it is now, open or consumed.
pub(crate) async fn find_by_id(
    db: &impl ConnectionTrait,
    id: Uuid,
    now: Timestamp,
) -> Result<Option<verification::Model>, DbErr> {
    verification::Entity::find_by_id(id)
        .filter(verification::Column::ExpiresAt.gt(now))
        .one(db)
        .await
}

/// The condition under which a verification can still change anything.
fn is_open(id: Uuid, now: Timestamp) -> Condition {
    Condition::all()
        .add(verification::Column::Id.eq(id))
        .add(verification::Column::ConsumedAt.is_null())
        .add(verification::Column::ExpiresAt.gt(now))
}

/// Lets codes be drawn for this email alone, if the verification is open. Tells whether it is. The current code can be
/// used until the next draw. It is not sent again as that of this email: it was drawn before the email was enqueued,
/// and a claim that draws nothing holds for as long as a code can be sent again.
pub(crate) async fn replace_email(
    transaction: &impl ConnectionTrait,
    id: Uuid,
    mail: Uuid,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let replaced = verification::Entity::update_many()
        .col_expr(verification::Column::MailId, Expr::value(mail))
        .filter(is_open(id, now))
        .exec(transaction)
        .await?;
    Ok(replaced.rows_affected == 1)
}

/// Records the first proof of a registration's password. Tells whether this was the first, or the registration is gone.
pub(crate) async fn record_proof(db: &impl ConnectionTrait, id: Uuid, now: Timestamp) -> Result<bool, DbErr> {
    let recorded = verification::Entity::update_many()
        .col_expr(verification::Column::ProvedAt, Expr::value(now))
        .filter(verification::Column::Id.eq(id))
        .filter(verification::Column::ProvedAt.is_null())
        .exec(db)
        .await?;
    Ok(recorded.rows_affected == 1 || verification::Entity::find_by_id(id).one(db).await?.is_none())
}

/// Spends a try of the live code, if there is one that was derived from one of these keys. The caller commits before it
/// looks at the code.
pub(crate) async fn spend_try(
    db: &impl ConnectionTrait,
    keys: &Keys,
    id: Uuid,
    arrived: Timestamp,
) -> Result<Option<verification::Model>, DbErr> {
    let spent = verification::Entity::update_many()
        .col_expr(
            verification::Column::Attempts,
            Expr::col(verification::Column::Attempts).add(1),
        )
        .filter(is_open(id, arrived))
        .filter(verification::Column::Attempts.lt(CODE_MAX_ATTEMPTS))
        .filter(verification::Column::CodeExpiresAt.gt(arrived))
        .filter(verification::Column::DrawnAt.lte(latest_written(arrived)))
        .filter(verification::Column::CodeKey.is_in(keys.all().map(|keys| keys.id().to_vec())))
        .exec_with_returning(db)
        .await?;
    Ok(spent.into_iter().next())
}

/// Whether the code of a verification can no longer be used. One that was drawn while the clock was ahead would live
/// too long, so it counts as expired. So does one whose key this server does not know.
pub(crate) fn is_expired(verification: &verification::Model, keys: &Keys, arrived: Timestamp) -> bool {
    verification.code_expires_at <= Some(arrived)
        || verification.drawn_at > Some(latest_written(arrived))
        || verification.code_key.as_deref().and_then(|id| keys.by_id(id)).is_none()
}

/// Gives back the try of a right code whose request failed, because the server was busy.
pub(crate) async fn return_try(db: &impl ConnectionTrait, tried: &verification::Model) -> Result<(), DbErr> {
    verification::Entity::update_many()
        .col_expr(
            verification::Column::Attempts,
            Expr::col(verification::Column::Attempts).sub(1),
        )
        .filter(verification::Column::Id.eq(tried.id))
        .filter(verification::Column::Draw.eq(tried.draw.clone()))
        .filter(verification::Column::Attempts.gt(0))
        .exec(db)
        .await?;
    Ok(())
}

/// Consumes a verification and forgets its secrets. Of several requests with the right code one succeeds.
pub(crate) async fn consume(transaction: &impl ConnectionTrait, id: Uuid, now: Timestamp) -> Result<bool, DbErr> {
    let consumed = verification::Entity::update_many()
        .col_expr(verification::Column::ConsumedAt, Expr::value(now))
        .col_expr(verification::Column::PasswordHash, Expr::value(None::<HiddenText>))
        .col_expr(verification::Column::Draw, Expr::value(None::<HiddenBytes>))
        .filter(verification::Column::Id.eq(id))
        .filter(verification::Column::ConsumedAt.is_null())
        .exec(transaction)
        .await?;
    Ok(consumed.rows_affected == 1)
}
