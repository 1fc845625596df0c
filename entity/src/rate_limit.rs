//! How much of a rate limit is used.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

/// A row of `rate_limits`: one limit of one subject.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rate_limits")]
pub struct Model {
    /// A keyed digest of the limit's name and subject, so that the table names nobody.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: Vec<u8>,
    /// Sliding window: the instants at which a used unit is free again, newest first, 13 digits each (milliseconds).
    /// Unused by a token bucket.
    pub releases: String,
    /// Token bucket: the theoretical arrival time of the generic cell rate algorithm. Unused by a sliding window.
    pub theoretical_arrival: Timestamp,
    /// How many units may be in use at once.
    pub capacity: i32,
    /// The interval of the limit, in milliseconds.
    pub interval_ms: i64,
    /// When a unit was last taken.
    pub taken_at: Timestamp,
    /// Guess guard: until when it is tripped; null if it never was.
    pub tripped_until: Option<Timestamp>,
    /// When the row no longer matters and can be swept.
    pub expires_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
