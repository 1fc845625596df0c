//! An account as an operator sees it: a user, or an open registration.

use entity::{HiddenText, Purpose, Timestamp, user, verification};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Select};

use crate::credentials::EmailAddress;

/// How an operator names an account.
#[derive(Debug, Clone)]
pub enum AccountKey {
    /// By its address.
    Email(EmailAddress),
    /// By its id.
    Id(Uuid),
}

/// A user, or an open registration of an address that has no user.
#[derive(Debug, Clone)]
pub struct Account {
    /// UUID version 7, unless it was imported.
    pub id: Uuid,
    /// The address as typed.
    pub email: HiddenText,
    /// What the account can do.
    pub status: AccountStatus,
    /// The language for emails.
    pub locale: Option<String>,
    /// When the registration was accepted.
    pub created_at: Timestamp,
    /// When the mailbox was proved.
    pub activated_at: Option<Timestamp>,
    /// When an operator disabled it.
    pub disabled_at: Option<Timestamp>,
}

/// What an account can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountStatus {
    /// An open registration: the mailbox is not proved.
    Pending,
    /// A user who can sign in.
    Active,
    /// A user who was disabled by an operator.
    Disabled,
}

impl From<user::Model> for Account {
    fn from(user: user::Model) -> Self {
        Self {
            id: user.id,
            email: user.email,
            status: match user.disabled_at {
                None => AccountStatus::Active,
                Some(_) => AccountStatus::Disabled,
            },
            locale: user.locale,
            created_at: user.created_at,
            activated_at: Some(user.activated_at),
            disabled_at: user.disabled_at,
        }
    }
}

impl From<verification::Model> for Account {
    fn from(registration: verification::Model) -> Self {
        Self {
            id: registration.id,
            email: registration.email,
            status: AccountStatus::Pending,
            locale: registration.locale,
            created_at: registration.created_at,
            activated_at: None,
            disabled_at: None,
        }
    }
}

/// The account that an operator names. A decoy is not an account: its address has a user.
///
/// # Errors
/// When the database fails.
pub async fn find_account(
    db: &impl ConnectionTrait,
    key: &AccountKey,
    now: Timestamp,
) -> Result<Option<Account>, DbErr> {
    let (user, registration) = match key {
        AccountKey::Email(email) => (
            user::by_canonical_email(email.canonical()),
            pending(now).filter(verification::is_open_registration(email.canonical())),
        ),
        AccountKey::Id(id) => (
            user::Entity::find_by_id(*id),
            pending(now).filter(verification::Column::Id.eq(*id)),
        ),
    };
    if let Some(user) = user.one(db).await? {
        return Ok(Some(user.into()));
    }
    Ok(registration.one(db).await?.map(Account::from))
}

/// The open registrations that are not decoys.
pub(super) fn pending(now: Timestamp) -> Select<verification::Entity> {
    open_registrations(now).filter(Expr::exists(user_of_the_address()).not())
}

/// The open registrations, decoys among them.
pub(super) fn open_registrations(now: Timestamp) -> Select<verification::Entity> {
    verification::Entity::find()
        .filter(verification::Column::Purpose.eq(Purpose::Registration))
        .filter(verification::Column::ConsumedAt.is_null())
        .filter(verification::Column::ExpiresAt.gt(now))
}

fn user_of_the_address() -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(user::Entity)
        .and_where(
            Expr::col((user::Entity, user::Column::EmailCanonical))
                .equals((verification::Entity, verification::Column::EmailCanonical)),
        )
        .to_owned()
}
