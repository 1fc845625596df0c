//! The rows whose ceiling is argon2 alone: they compute one hash, and do almost nothing else.

use crate::report::{Goal, Line, Spreads};
use crate::sample::Sample;

/// Enough connections to keep every hashing thread busy.
pub(super) fn connections() -> usize {
    (4 * api::credentials::cores()).max(8)
}

/// The lines for the rate, and for the share of the hash in the processor time.
pub(super) fn lines(name: &str, samples: &[Sample], hashes: &[Sample]) -> Vec<Line> {
    let ceiling = "argon2 alone";
    vec![
        Line {
            goal: Some(Goal::RatioAtLeast(0.85)),
            ..Line::rate(name, ceiling, samples, hashes)
        },
        Line {
            goal: Some(Goal::RatioAtLeast(0.92)),
            ..Line::cost(
                &format!("{name}: processor time"),
                ceiling,
                &Spreads::of(samples, hashes, |sample| sample.server),
            )
        },
    ]
}
