//! A change that waits for an emailed code.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ActiveEnum, Condition, QueryFilter, Select};

use crate::{HiddenBytes, HiddenText, Purpose, Timestamp};

/// A row of `verifications`.
///
/// Unique indexes keep at most one open registration for an address and one open email change for a user. A row is open
/// until `consumed_at` is set or `expires_at` has passed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "verifications")]
pub struct Model {
    /// UUID version 7. A new registration of the same address is a new row with a new id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What the code will do.
    pub purpose: Purpose,
    /// The address that the code goes to, as typed.
    pub email: HiddenText,
    /// The canonical form of the address.
    pub email_canonical: HiddenText,
    /// The user that it changes; null for a registration, for a reset of an address without a user, and for one that
    /// has ended. The row is deleted with the user.
    pub user_id: Option<Uuid>,
    /// Email change: the canonical address of the user when it began. Null for other purposes.
    pub former_email_canonical: Option<HiddenText>,
    /// SHA-256 of the token that names this verification; unique.
    #[sea_orm(unique)]
    pub token_digest: HiddenBytes,
    /// The password of the future user, as a PHC string; null for other purposes and once consumed.
    pub password_hash: Option<HiddenText>,
    /// The language for emails (BCP 47); null for the default.
    pub locale: Option<String>,
    /// When the verification began.
    pub created_at: Timestamp,
    /// The first instant at which it is no longer open, whatever its code.
    pub expires_at: Timestamp,
    /// When its password was proved for the first time.
    pub proved_at: Option<Timestamp>,
    /// When the right code was submitted.
    pub consumed_at: Option<Timestamp>,
    /// 32 random bytes from which, with a key that is not in the database, the code is derived. Null until an email is
    /// composed, and once consumed.
    pub draw: Option<HiddenBytes>,
    /// Names the secret key from which the code is derived. Null until an email is composed.
    pub code_key: Option<Vec<u8>>,
    /// Digits of the code, 4 to 8.
    pub digits: i32,
    /// Tries spent on the code.
    pub attempts: i32,
    /// Whether the code is in an email. Only such a code can succeed.
    pub mailed: bool,
    /// The only outbox row for which a code may be drawn: that of the latest resend. Null before the first draw.
    pub mail_id: Option<Uuid>,
    /// When the code was drawn.
    pub drawn_at: Option<Timestamp>,
    /// The first instant at which the code is no longer usable.
    pub code_expires_at: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The condition of the open registration of a canonical address, which the unique index serves.
#[must_use]
pub fn is_open_registration(canonical: &str) -> Condition {
    // A literal: with a parameter PostgreSQL cannot know that the partial index applies.
    let registration = Expr::Constant(Purpose::Registration.to_value().into());
    Condition::all()
        .add(Column::EmailCanonical.eq(HiddenText(canonical.to_owned())))
        .add(Column::Purpose.into_expr().eq(registration))
        .add(Column::ConsumedAt.is_null())
}

/// The condition of the open email change of a user, which the unique index serves.
#[must_use]
pub fn is_open_email_change(user: Uuid) -> Condition {
    let email_change = Expr::Constant(Purpose::EmailChange.to_value().into());
    Condition::all()
        .add(Column::UserId.eq(user))
        .add(Column::Purpose.into_expr().eq(email_change))
        .add(Column::ConsumedAt.is_null())
}

/// The condition of the password resets of a user.
#[must_use]
pub fn is_reset_of(user: Uuid) -> Condition {
    Condition::all()
        .add(Column::UserId.eq(user))
        .add(Column::Purpose.eq(Purpose::PasswordReset))
}

/// The condition of a reset that was not consumed.
#[must_use]
pub fn is_open_reset() -> Condition {
    Condition::all()
        .add(Column::Purpose.eq(Purpose::PasswordReset))
        .add(Column::ConsumedAt.is_null())
}

/// The open registration of a canonical address.
#[must_use]
pub fn open_registration(canonical: &str, now: Timestamp) -> Select<Entity> {
    Entity::find()
        .filter(is_open_registration(canonical))
        .filter(Column::ExpiresAt.gt(now))
}

/// The verification of a purpose that a token names, open or consumed.
#[must_use]
pub fn by_token(digest: HiddenBytes, purpose: Purpose, now: Timestamp) -> Select<Entity> {
    Entity::find()
        .filter(Column::TokenDigest.eq(digest))
        .filter(Column::Purpose.eq(purpose))
        .filter(Column::ExpiresAt.gt(now))
}
