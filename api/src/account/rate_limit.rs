//! The mechanism behind every limit that is kept in the database: looking and taking are one guarded upsert of one row,
//! on which parallel takers queue.
//!
//! A limit has a capacity and an interval, and one of two paces, each in a file of its own:
//!
//! - [`window`]: whatever is taken is released an interval later. No window of that length ever holds more than the
//!   capacity.
//! - [`drip`]: the capacity may be taken at once, and then one an interval.

pub(super) mod drip;
pub(super) mod window;

use std::time::Duration;

use entity::{Timestamp, rate_limit};
use sea_orm::ActiveValue::Set;

/// One limit of one subject.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    /// The row: a keyed digest of the limit's name and subject.
    pub key: Vec<u8>,
    /// How much may be held at once; at least one.
    pub capacity: u16,
    /// See the paces above.
    pub interval: Duration,
}

impl Limit {
    /// The row as it is when nothing was taken before, but for what the pace keeps in it.
    fn row(&self, now: Timestamp) -> rate_limit::ActiveModel {
        rate_limit::ActiveModel {
            key: Set(self.key.clone()),
            entries: Set(String::new()),
            paid_until: Set(now),
            capacity: Set(i32::from(self.capacity)),
            interval_ms: Set((now + self.interval).as_millis() - now.as_millis()),
            taken_at: Set(now),
            tripped_until: Set(None),
            expires_at: Set(now + self.interval * u32::from(self.capacity)),
        }
    }
}
