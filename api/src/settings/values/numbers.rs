//! Numbers and durations.

use std::str::FromStr;
use std::time::Duration;

use crate::verification::{MAX_CODE_LENGTH, MIN_CODE_LENGTH};

/// The longest duration that a setting takes.
const MAX_DURATION: Duration = Duration::from_hours(10 * 365 * 24);

const MAX_SHUTDOWN_DELAY: Duration = Duration::from_mins(10);

pub(in crate::settings) fn code_length(text: &str) -> Result<u8, &'static str> {
    const {
        assert!(MIN_CODE_LENGTH == 4 && MAX_CODE_LENGTH == 8, "the text below says so");
    }
    text.parse()
        .ok()
        .filter(|length| (MIN_CODE_LENGTH..=MAX_CODE_LENGTH).contains(length))
        .ok_or("a number from 4 to 8")
}

pub(in crate::settings) fn duration(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text)
        .ok()
        .filter(|duration| (Duration::from_secs(1)..=MAX_DURATION).contains(duration))
        .ok_or("a duration from 1 second to 10 years, such as 60s, 30min or 7d")
}

pub(in crate::settings) fn shutdown_delay(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text)
        .ok()
        .filter(|delay| *delay <= MAX_SHUTDOWN_DELAY)
        .ok_or("a duration of at most 10 minutes, such as 5s, or 0s for none")
}

pub(in crate::settings) fn number(text: &str) -> Result<u32, &'static str> {
    text.parse().map_err(|_| "a number such as 60")
}

pub(in crate::settings) fn positive<N: FromStr + PartialOrd + Default>(text: &str) -> Result<N, &'static str> {
    text.parse()
        .ok()
        .filter(|number| *number > N::default())
        .ok_or("a number above 0")
}

pub(in crate::settings) fn up_to<const MAX: usize>(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|number| (1..=MAX).contains(number))
        .ok_or_else(|| format!("a number from 1 to {MAX}"))
}
