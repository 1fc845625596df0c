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
}
