//! The live code of a user, for one purpose: the draw it is derived from, never the code.

use sea_orm::entity::prelude::*;

use crate::{HiddenBytes, Purpose, Timestamp};

/// A row of `verification_codes`. A new draw takes the place of the one before.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "verification_codes")]
pub struct Model {
    /// Whose code it is; the row goes with the user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    /// What it proves.
    #[sea_orm(primary_key, auto_increment = false)]
    pub purpose: Purpose,
    /// 32 random bytes. With a key that is not in the database they give the digits.
    pub draw: HiddenBytes,
    /// How many digits the code has, 4 to 8.
    pub digits: i32,
    /// Tries that were spent on it.
    pub attempts: i32,
    /// The owed mail that it was drawn for.
    pub mail_id: Uuid,
    /// When it was drawn.
    pub drawn_at: Timestamp,
    /// The first instant at which it is no longer usable.
    pub expires_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
