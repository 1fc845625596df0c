//! Whether the wall clock can be trusted enough to delete what it says has expired.
//!
//! Each check stores the time and expects the wall clock to move as far as time passes until the next one. A clock that
//! is more than an hour off has jumped, or the server was stopped: a stopped server cannot tell. Then the old time runs
//! on in the database, and nothing is deleted until one of these happens:
//!
//! - the wall clock is set right, and agrees with the old time again;
//! - the wall clock has kept its new time for as long as it jumped, at most a day. Only time in which a server ran
//!   counts.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use entity::{Timestamp, sweep_clock};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel, QuerySelect,
};

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
    /// It is off by these milliseconds, less than zero if it is behind. If it keeps its time, it is trusted after
    /// `wait`.
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
        let (row, verdict) = judge(&row, self.expected(monotonic), now);
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
fn judge(row: &sweep_clock::Model, expected: Option<Timestamp>, now: Timestamp) -> (sweep_clock::Model, ClockVerdict) {
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
        ..*row
    };
    (row, verdict)
}

/// Lets the next check trust the clock, after a backup was restored: its time lies back, and the clock is right.
pub(crate) async fn forget_last_sweep(transaction: &impl ConnectionTrait) -> Result<(), DbErr> {
    sweep_clock::Entity::update_many()
        .col_expr(sweep_clock::Column::TrustedAt, Expr::value(None::<Timestamp>))
        .exec(transaction)
        .await?;
    Ok(())
}

fn distance(one: Timestamp, other: Timestamp) -> Duration {
    one.since(other).max(other.since(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTES: i64 = 60 * 1_000;
    const HOURS: i64 = 60 * MINUTES;
    const START: i64 = 1_767_528_000_000;

    /// The row, as servers without a memory of their own change it.
    struct Checked(sweep_clock::Model);

    impl Checked {
        fn first() -> Self {
            let mut checked = Self(sweep_clock::Model {
                id: sweep_clock::ONLY,
                trusted_at: None,
                checked_at: Timestamp::from_millis(0),
                waited_ms: 0,
                lease: None,
                leased_until: None,
            });
            assert_eq!(checked.at(0), ClockVerdict::Agrees);
            checked
        }

        /// Checks a clock that shows the start and these milliseconds.
        fn at(&mut self, millis: i64) -> ClockVerdict {
            let (row, verdict) = judge(&self.0, None, Timestamp::from_millis(START + millis));
            self.0 = row;
            verdict
        }

        /// Checks every ten minutes, as long as the clock is not trusted. Returns the hours.
        fn hours_until_trusted(&mut self, from: i64) -> i64 {
            let mut now = from;
            while let ClockVerdict::Jumped { .. } = self.at(now) {
                now += 10 * MINUTES;
            }
            (now - from) / HOURS
        }
    }

    fn jumped(by_millis: i64, wait: i64) -> ClockVerdict {
        let wait = Duration::from_millis(u64::try_from(wait).expect("a duration"));
        ClockVerdict::Jumped { by_millis, wait }
    }

    #[test]
    fn clock_agrees_up_to_an_hour() {
        let mut checked = Checked::first();
        for now in [HOURS, 2 * HOURS, HOURS, 0, 0, -HOURS, 0] {
            assert_eq!(checked.at(now), ClockVerdict::Agrees, "{now}");
        }
        assert_eq!(checked.at(HOURS + 1), jumped(HOURS + 1, HOURS + 1));
        assert_eq!(checked.at(0), ClockVerdict::Agrees);
        assert_eq!(checked.at(-HOURS - 1), jumped(-HOURS - 1, HOURS + 1));
    }

    #[test]
    fn new_time_is_trusted_after_as_long_as_the_jump_or_a_day() {
        for (jump, hours) in [
            (2, 2),
            (-2, 2),
            (23, 23),
            (25, 24),
            (-25, 24),
            (500_000, 24),
            (-490_000, 24),
        ] {
            let mut checked = Checked::first();
            assert_eq!(checked.hours_until_trusted(jump * HOURS), hours, "{jump}");
        }
    }

    #[test]
    fn restarts_do_not_shorten_the_wait() {
        let mut checked = Checked::first();
        for second in 0..3_600 {
            let verdict = checked.at(200 * HOURS + second * 1_000);
            assert_eq!(verdict, jumped(200 * HOURS, 24 * HOURS - second * 1_000));
        }
        // Time in which no server ran does not count.
        assert_eq!(checked.at(210 * HOURS), jumped(209 * HOURS + 1_000, 23 * HOURS + 1_000));
        // It counts as soon as one runs.
        assert_eq!(checked.hours_until_trusted(210 * HOURS), 23);
    }

    #[test]
    fn server_with_a_wrong_clock_does_not_disturb_others() {
        let mut checked = Checked::first();
        for step in 0..1_000 {
            let now = step * 10 * MINUTES;
            assert_eq!(checked.at(now), ClockVerdict::Agrees, "{step}");
            assert_eq!(checked.at(now + 200 * HOURS), jumped(200 * HOURS, 24 * HOURS), "{step}");
        }
    }

    #[test]
    fn clock_that_is_set_right_agrees_at_once() {
        let mut checked = Checked::first();
        for step in 0..100 {
            assert!(matches!(
                checked.at(200 * HOURS + step * 10 * MINUTES),
                ClockVerdict::Jumped { .. }
            ));
        }
        assert_eq!(checked.at(1_000 * MINUTES), ClockVerdict::Agrees);
    }
}
