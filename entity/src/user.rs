//! A person with an account, or on the way to one.

use sea_orm::entity::prelude::*;

use crate::{HiddenText, Timestamp};

/// How far a user has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum Status {
    /// Registered; the mailbox is not proved yet.
    #[sea_orm(string_value = "PENDING")]
    Pending,
    /// The mailed code was given: may sign in.
    #[sea_orm(string_value = "ACTIVE")]
    Active,
}

/// A row of `users`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// UUID version 7. A new registration of a pending address is a new user with a new id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The address as it was typed, without surrounding space.
    pub email: HiddenText,
    /// The one canonical form of the address; unique.
    #[sea_orm(unique)]
    pub email_canonical: HiddenText,
    /// A PHC string: algorithm, parameters, salt and digest.
    pub password_hash: HiddenText,
    /// Pending or active.
    pub status: Status,
    /// When the registration was accepted.
    pub created_at: Timestamp,
    /// When the code was given; null while pending.
    pub activated_at: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}
