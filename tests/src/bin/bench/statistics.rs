//! Statistics of a few noisy numbers.

use std::time::Duration;

/// The median, minimum and maximum of several rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) greatest: f64,
}

impl Spread {
    /// `None` if there are no numbers.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Some(Self {
            median: median(&sorted)?,
            least: *sorted.first()?,
            greatest: *sorted.last()?,
        })
    }

    /// `None` if there are no numbers, or one is missing.
    pub(crate) fn of_all(figures: impl IntoIterator<Item = Option<f64>>) -> Option<Self> {
        Self::of(figures.into_iter().collect::<Option<Vec<_>>>()?)
    }

    /// A number that was measured once.
    pub(crate) fn single(figure: f64) -> Self {
        Self {
            median: figure,
            least: figure,
            greatest: figure,
        }
    }
}

fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len().is_multiple_of(2) {
        f64::midpoint(sorted[middle - 1], upper)
    } else {
        upper
    })
}

/// A percentile in milliseconds, by the nearest-rank method.
pub(crate) fn percentile(durations: &[Duration], percent: usize) -> Option<f64> {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    Some(sorted.get(rank - 1)?.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_has_median_minimum_and_maximum() {
        for (figures, expected) in [
            (vec![3.0], (3.0, 3.0, 3.0)),
            (vec![3.0, 1.0], (2.0, 1.0, 3.0)),
            (vec![9.0, 1.0, 2.0], (2.0, 1.0, 9.0)),
        ] {
            let spread = Spread::of(figures).map(|spread| (spread.median, spread.least, spread.greatest));
            assert_eq!(spread, Some(expected));
        }
        assert_eq!(Spread::of([]), None);
        assert_eq!(Spread::of_all([Some(1.0), None]), None);
    }

    #[test]
    fn percentile_is_one_of_the_durations() {
        let durations: Vec<_> = (1..=200).rev().map(Duration::from_millis).collect();
        for (percent, expected) in [(50, 100.0), (99, 198.0), (100, 200.0), (0, 1.0)] {
            assert_eq!(percentile(&durations, percent), Some(expected), "{percent}");
        }
        assert_eq!(percentile(&durations[..1], 50), Some(200.0));
        assert_eq!(percentile(&[], 50), None);
    }
}
