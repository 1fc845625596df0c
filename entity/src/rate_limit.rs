//! What has been taken of a limit.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

/// A row of `rate_limits`: one limit of one subject.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rate_limits")]
pub struct Model {
    /// A keyed digest of the limit's name and of its subject, so that the table names nobody.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: Vec<u8>,
    /// Of a window: when what was taken is released, newest first, 13 digits each (milliseconds). Else empty.
    pub entries: String,
    /// Of a drip: how far into the future what was taken reaches. Else without meaning.
    pub paid_until: Timestamp,
    /// How much may be held at once.
    pub capacity: i32,
    /// The interval of the limit, in milliseconds.
    pub interval_ms: i64,
    /// When it was last taken from.
    pub taken_at: Timestamp,
    /// Until when a limit that was reached stays tripped; null where it never was, or where that means nothing.
    pub tripped_until: Option<Timestamp>,
    /// When the row says nothing any more and can be swept.
    pub expires_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
