//! What the sweep remembers of the clock, so that a clock that jumps deletes nothing; and which server is sweeping.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

/// The id of the only row.
pub const ONLY: i32 = 1;

/// The only row of `sweep_clock`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sweep_clock")]
pub struct Model {
    /// [`ONLY`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// The time that the sweep trusts, as of `checked_at`. Null before the first sweep.
    pub trusted_at: Option<Timestamp>,
    /// What the clock showed at the last check.
    pub checked_at: Timestamp,
    /// How long the clock has shown another time, in milliseconds.
    pub waited_ms: i64,
    /// The lease of the server that is sweeping; null if none is.
    pub lease: Option<Uuid>,
    /// When that lease ends.
    pub leased_until: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}
