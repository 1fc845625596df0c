//! What a verification, or an email in the outbox, is for.

use sea_orm::entity::prelude::*;

/// The change that a verification makes once its code is given. A code of one purpose never serves another: the purpose
/// is part of the label from which the digits are derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))")]
pub enum Purpose {
    /// Creates a user.
    #[sea_orm(string_value = "registration")]
    Registration,
    /// Replaces a forgotten password.
    #[sea_orm(string_value = "password_reset")]
    PasswordReset,
    /// Replaces a user's email address.
    #[sea_orm(string_value = "email_change")]
    EmailChange,
}

/// What an email in the outbox tells its recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))")]
pub enum EmailKind {
    /// Somebody registered this address. The email carries the activation code or, if the address has a user by the
    /// time the email is composed, says that the account exists.
    #[sea_orm(string_value = "registration")]
    Registration,
    /// Somebody wants to reset the password of this address. The email carries the code or, if the address has no user,
    /// says that there is no account.
    #[sea_orm(string_value = "password_reset")]
    PasswordReset,
    /// A user wants to use this address. The email carries the code or, if the address has a user by the time the email
    /// is composed, says that it is taken.
    #[sea_orm(string_value = "email_change")]
    EmailChange,
    /// A notice: the password was changed or reset.
    #[sea_orm(string_value = "password_changed")]
    PasswordChanged,
    /// A notice to the current address: a change to another one was requested.
    #[sea_orm(string_value = "email_change_requested")]
    EmailChangeRequested,
    /// A notice to the former address: the account uses another one now.
    #[sea_orm(string_value = "email_changed")]
    EmailChanged,
    /// A notice: the account was deleted.
    #[sea_orm(string_value = "account_deleted")]
    AccountDeleted,
}
