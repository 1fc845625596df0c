//! The audit trail: what happened to an account, and where the request came from. Rows are inserted and never updated.
//! They are deleted by age, or with their user.

use sea_orm::entity::prelude::*;
use sea_orm::{Iterable, QueryFilter, Select};

use crate::Timestamp;

/// A row of `account_events`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_events")]
pub struct Model {
    /// UUID version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The user, or the registration that may become one under the same id. There is no foreign key: the row that
    /// reports a deletion outlives the user.
    pub user_id: Uuid,
    /// What happened.
    pub kind: AccountEventKind,
    /// When it happened.
    pub created_at: Timestamp,
    /// The client network of the request, such as `192.0.2.0/24`; null if the server or an operator did it.
    pub network: Option<String>,
    /// The User-Agent header of the request, at most 200 characters; null if there was none.
    pub user_agent: Option<String>,
    /// The id of the request, as in the log; null if the server or an operator did it.
    pub request_id: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What happened to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))")]
pub enum AccountEventKind {
    /// The address was registered.
    #[sea_orm(string_value = "registered")]
    Registered,
    /// Somebody registered the address of the user again.
    #[sea_orm(string_value = "registration_attempted")]
    RegistrationAttempted,
    /// A code was drawn for an email.
    #[sea_orm(string_value = "code_mailed")]
    CodeMailed,
    /// A wrong code was submitted.
    #[sea_orm(string_value = "wrong_code")]
    WrongCode,
    /// The registration became a user. With a code, this also opened a session.
    #[sea_orm(string_value = "activated")]
    Activated,
    /// A session was opened.
    #[sea_orm(string_value = "signed_in")]
    SignedIn,
    /// One or more sessions were ended.
    #[sea_orm(string_value = "signed_out")]
    SignedOut,
    /// The user replaced the password.
    #[sea_orm(string_value = "password_changed")]
    PasswordChanged,
    /// A code replaced the password.
    #[sea_orm(string_value = "password_reset")]
    PasswordReset,
    /// Another address is in use.
    #[sea_orm(string_value = "email_changed")]
    EmailChanged,
    /// An operator disabled the user.
    #[sea_orm(string_value = "disabled")]
    Disabled,
    /// An operator enabled the user.
    #[sea_orm(string_value = "enabled")]
    Enabled,
    /// The user was deleted. The only event that is left of them.
    #[sea_orm(string_value = "deleted")]
    Deleted,
}

/// The events of a user. Leaves out kinds that only a newer server knows.
#[must_use]
pub fn of_user(user: Uuid) -> Select<Entity> {
    Entity::find()
        .filter(Column::UserId.eq(user))
        .filter(Column::Kind.is_in(AccountEventKind::iter()))
}
