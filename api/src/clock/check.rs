//! Whether the wall clock can be trusted enough to delete what it says has expired.
//!
//! Each check stores the time and expects the wall clock to move as far as time passes until the next one. A clock that is
//! more than an hour off has jumped, or the server was stopped: a stopped server cannot tell. Then the old time runs on in
//! the database, and nothing is deleted until one of these happens:
//!
//! - the wall clock is set right, and agrees with the old time again;
//! - the wall clock has kept its new time for as long as it jumped, at most a day. Only time in which a server ran counts.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use entity::{Timestamp, sweep_clock};
use sea_orm::{ActiveModelTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel, QuerySelect};

use crate::database;

/// A clock that is further off has jumped.
const TOLERANCE: Duration = Duration::from_hours(1);

/// The longest time after which a new time is trusted.
const MAX_WAIT: Duration = Duration::from_hours(24);

/// Compares the wall clock with the time that has passed. Clones share what they have seen.
#[derive(Clone, Debug, Default)]
pub struct ClockCheck(Arc<Mutex<Option<Trusted>>>);

/// The trusted time at an instant of this process.
#[derive(Clone, Copy, Debug)]
struct Trusted {
    at: Timestamp,
    monotonic: Instant,
}

/// The result of a check.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ClockVerdict {
    /// The clock agrees with the time that has passed.
    Agrees,
    /// It does not, but has kept its new time long enough.
    Accepted,
    /// It is off by these milliseconds, less than zero if it is behind. If it keeps its time, it is trusted after `wait`.
    Jumped {
        /// How far it is off.
        by_millis: i64,
        /// How much longer it must keep its time.
        wait: Duration,
    },
}

impl ClockCheck {
    /// Checks the clock, and stores what the next check of any server needs.
    pub(crate) async fn check(
        &self,
        db: &DatabaseConnection,
        now: Timestamp,
        monotonic: Instant,
    ) -> Result<ClockVerdict, DbErr> {
        let transaction = database::begin(db).await?;
        let row = sweep_clock::Entity::find_by_id(sweep_clock::ONLY)
            .lock_exclusive()
            .one(&transaction)
            .await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("the row of sweep_clock".to_owned()))?;
        let (row, verdict) = judge(row, self.expected(monotonic), now);
        let trusted = row.trusted_at;
        row.into_active_model().reset_all().update(&transaction).await?;
        transaction.commit().await?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = trusted.map(|at| Trusted { at, monotonic });
        Ok(verdict)
    }

    /// The trusted time that this process saw last, and what has passed since.
    fn expected(&self, monotonic: Instant) -> Option<Timestamp> {
        let seen = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.map(|seen| seen.at + monotonic.duration_since(seen.monotonic))
    }
}

/// Judges a clock that shows `now`. `expected` is what it should show by the monotonic clock of this process.
fn judge(row: sweep_clock::Model, expected: Option<Timestamp>, now: Timestamp) -> (sweep_clock::Model, ClockVerdict) {
    // Servers check every ten minutes, so a longer time is not known to have passed.
    let passed = Some(now.since(row.checked_at)).filter(|passed| *passed <= TOLERANCE);
    let passed = passed.unwrap_or_default();
    let trusted = row.trusted_at.map_or(now, |trusted| trusted + passed);
    let waited = Duration::from_millis(u64::try_from(row.waited_ms).unwrap_or(0)) + passed;
    let off = distance(trusted, now);
    let needed = off.min(MAX_WAIT);
    let verdict = if off <= TOLERANCE || expected.is_some_and(|expected| distance(expected, now) <= TOLERANCE) {
        ClockVerdict::Agrees
    } else if waited >= needed {
        ClockVerdict::Accepted
    } else {
        ClockVerdict::Jumped {
            by_millis: now.as_millis().saturating_sub(trusted.as_millis()),
            wait: needed.saturating_sub(waited),
        }
    };
    let (trusted, waited) = match verdict {
        ClockVerdict::Jumped { .. } => (trusted, waited),
        _ => (now, Duration::ZERO),
    };
    let row = sweep_clock::Model {
        trusted_at: Some(trusted),
        checked_at: now,
        waited_ms: i64::try_from(waited.as_millis()).unwrap_or(i64::MAX),
        ..row
    };
    (row, verdict)
}

fn distance(one: Timestamp, other: Timestamp) -> Duration {
    one.since(other).max(other.since(one))
}
