//! A claim: what a worker holds while it sends an email, and for how long.

use std::time::Duration;

use entity::email_outbox;
use sea_orm::prelude::Uuid;

/// How long a claim holds. Longer than an attempt takes.
pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// The longest pause between two attempts. Longer than a lease.
pub(in crate::mail) const MAX_PAUSE: Duration = Duration::from_mins(2);

const _: () = assert!(LEASE.as_millis() < MAX_PAUSE.as_millis());

/// An email that one worker alone may send, until the lease ends.
#[derive(Debug)]
pub struct Claim {
    /// The row as claimed.
    pub(crate) row: email_outbox::Model,
    /// Proves the claim.
    pub(crate) lease: Uuid,
}
