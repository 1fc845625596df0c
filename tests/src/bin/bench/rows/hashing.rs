//! The rows whose ceiling is K: one hash each, and almost nothing else.

use crate::report::{Goal, Line, Spreads};
use crate::sample::Sample;

/// Connections that keep every hashing thread busy.
pub(super) fn connections() -> usize {
    (4 * api::hashing::cores()).max(8)
}

/// The share of the processor time that is the hash, and the rate.
pub(super) fn lines(name: &str, samples: &[Sample], hashes: &[Sample]) -> Vec<Line> {
    let k = "argon2 alone";
    vec![
        Line {
            goal: Some(Goal::RatioAtLeast(0.85)),
            ..Line::rate(name, k, samples, hashes)
        },
        Line {
            goal: Some(Goal::RatioAtLeast(0.92)),
            ..Line::cost(
                &format!("{name}: processor time"),
                k,
                &Spreads::of(samples, hashes, |sample| sample.server),
            )
        },
    ]
}
