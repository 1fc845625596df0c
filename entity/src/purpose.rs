//! What a code, or an owed mail, is for.

use sea_orm::entity::prelude::*;

/// What a mailed code proves. A code of one purpose never serves another: the purpose is part of its row's key and of
/// the label from which its digits are derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))")]
pub enum Purpose {
    /// That the mailbox of a pending user is theirs.
    #[sea_orm(string_value = "activation")]
    Activation,
}

/// Which mail is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))")]
pub enum MailKind {
    /// The code that activates a pending user.
    #[sea_orm(string_value = "activation_code")]
    ActivationCode,
    /// The word to the owner of an active account that somebody tried to register its address.
    #[sea_orm(string_value = "account_exists")]
    AccountExists,
}
