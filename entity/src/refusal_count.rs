//! How often requests were refused: counts without subjects.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

/// A row of `refusal_counts`: the refusals of one hour for one reason, by all servers.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refusal_counts")]
pub struct Model {
    /// When the hour began.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hour: Timestamp,
    /// The code of the answer, such as `INVALID_CREDENTIALS`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub reason: String,
    /// How many there were.
    pub count: i64,
}

impl ActiveModelBehavior for ActiveModel {}
