//! One limit of one subject, and its row in the database.

use std::time::Duration;

use entity::{Timestamp, rate_limit};
use sea_orm::ActiveValue::Set;

use super::Client;
use crate::keys::Key;

/// One limit of one subject.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    /// The row: a keyed digest of the limit's name and subject, so that the table names nobody.
    pub key: Vec<u8>,
    /// How many units may be in use at once; at least one.
    pub capacity: u16,
    /// How long a unit stays in use.
    pub interval: Duration,
}

impl Limit {
    /// The limit of a canonical address, for one client network or for all together.
    pub(super) fn of(
        key: &Key,
        name: &str,
        address: &str,
        client: Option<&Client>,
        capacity: u16,
        interval: Duration,
    ) -> Self {
        let network = client.map(|client| client.network().to_string()).unwrap_or_default();
        let digest = key.tag(&[name.as_bytes(), address.as_bytes(), network.as_bytes()]);
        Self {
            key: digest.to_vec(),
            capacity,
            interval,
        }
    }

    /// The row of an unused limit.
    pub(super) fn row(&self, now: Timestamp) -> rate_limit::ActiveModel {
        rate_limit::ActiveModel {
            key: Set(self.key.clone()),
            releases: Set(String::new()),
            theoretical_arrival: Set(now),
            capacity: Set(i32::from(self.capacity)),
            interval_ms: Set((now + self.interval).as_millis() - now.as_millis()),
            taken_at: Set(now),
            tripped_until: Set(None),
            expires_at: Set(now + self.interval * u32::from(self.capacity)),
        }
    }
}
