//! When a delivery that failed is tried again.

use std::time::{Duration, UNIX_EPOCH};

use entity::Timestamp;

use crate::random::{self, Random};

/// The pauses after the first attempt, the second, and so on; the last one repeats. They grow as the specification
/// advises.
const PAUSES: [Duration; 8] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
];

/// A random part of at most this is added to a pause, so that deliveries that failed together are not retried together.
const JITTER: f64 = 0.2;

/// For how long a delivery is retried.
const RETRY_FOR: Duration = Duration::from_hours(3 * 24);

/// A delivery is given up only after this many attempts: a clock that jumps ahead, or a server that was stopped for
/// days, must not end the attempts of one that was hardly tried.
const MIN_ATTEMPTS: i32 = 5;

/// The longest pause that an endpoint may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// The longest pause.
pub(super) const MAX_PAUSE: Duration = Duration::from_hours(24);

/// When to try again after an attempt that failed at `now`; `None` to give up. The last attempt is made when the time
/// is over, or when the endpoint asked for it, if that is later.
pub(super) fn next_attempt(
    now: Timestamp,
    enqueued_at: Timestamp,
    attempts: i32,
    retry_after: Option<Duration>,
    random: &dyn Random,
) -> Option<Timestamp> {
    let last = enqueued_at + RETRY_FOR;
    if now >= last && attempts >= MIN_ATTEMPTS {
        return None;
    }
    let due = now + pause(attempts, random);
    let due = if now < last { due.min(last) } else { due };
    let asked = now + retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
    Some(due.max(asked))
}

fn pause(attempts: i32, random: &dyn Random) -> Duration {
    let failed = usize::try_from(attempts.max(1) - 1).unwrap_or(0);
    let pause = PAUSES[failed.min(PAUSES.len() - 1)];
    let part = f64::from(u32::from_be_bytes(random::bytes(random))) / f64::from(u32::MAX);
    pause.mul_f64(JITTER.mul_add(part, 1.0))
}

/// Reads the header `Retry-After` (RFC 9110, 10.2.3): seconds or a date.
pub(super) fn parse_retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds are a long time too.
        return Some(text.parse().map_or(MAX_RETRY_AFTER, Duration::from_secs));
    }
    let since_epoch = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((Timestamp::from_millis(0) + since_epoch).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_767_528_000_000);
    const HOUR: Duration = Duration::from_hours(1);

    struct Fixed(u8);

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    /// The attempts at an endpoint that never works, in time since the event.
    fn attempts(random: &Fixed) -> Vec<Duration> {
        let mut now = NOW;
        let mut made = vec![Duration::ZERO];
        while let Some(due) = next_attempt(now, NOW, i32::try_from(made.len()).expect("few"), None, random) {
            now = due;
            made.push(now.since(NOW));
        }
        made
    }

    #[test]
    fn schedule_lasts_for_three_days() {
        let seconds: Vec<_> = attempts(&Fixed(0)).iter().map(Duration::as_secs).collect();
        assert_eq!(
            seconds,
            [
                0, 5, 305, 2_105, 9_305, 27_305, 63_305, 113_705, 185_705, 257_705, 259_200
            ]
        );
        let latest = attempts(&Fixed(255));
        assert_eq!(latest[1], Duration::from_secs(6));
        assert_eq!(latest.last(), Some(&RETRY_FOR));
    }

    #[test]
    fn late_first_attempt_does_not_end_the_retries() {
        let late = NOW + 4 * RETRY_FOR;
        for attempts in 1..MIN_ATTEMPTS {
            assert!(next_attempt(late, NOW, attempts, None, &Fixed(0)).is_some());
        }
        assert_eq!(next_attempt(late, NOW, MIN_ATTEMPTS, None, &Fixed(0)), None);
    }

    #[test]
    fn endpoint_may_ask_for_a_longer_pause_of_at_most_a_day() {
        let next = |now: Timestamp, asked| next_attempt(now, NOW, 1, Some(asked), &Fixed(0)).map(|due| due.since(now));
        assert_eq!(next(NOW, Duration::from_secs(1)), Some(Duration::from_secs(5)));
        assert_eq!(next(NOW, HOUR), Some(HOUR));
        assert_eq!(next(NOW, 25 * HOUR), Some(24 * HOUR));
        assert_eq!(next(NOW + 71 * HOUR, 3 * HOUR), Some(3 * HOUR));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        for (text, expected) in [
            ("0", Some(Duration::ZERO)),
            (" 120 ", Some(Duration::from_mins(2))),
            ("99999999999999999999999", Some(MAX_RETRY_AFTER)),
            // NOW is noon on this day.
            ("Sun, 04 Jan 2026 13:00:00 GMT", Some(HOUR)),
            ("Sun, 04 Jan 2026 11:00:00 GMT", Some(Duration::ZERO)),
            ("", None),
            ("soon", None),
            ("-1", None),
            ("1.5", None),
        ] {
            assert_eq!(parse_retry_after(text, NOW), expected, "{text}");
        }
    }

    #[test]
    fn longest_pause_is_known() {
        let longest = PAUSES[PAUSES.len() - 1].mul_f64(1.0 + JITTER);
        assert!(longest <= MAX_PAUSE && MAX_RETRY_AFTER <= MAX_PAUSE);
    }
}
