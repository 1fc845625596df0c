//! The results as lines of a table.

pub(crate) mod json;
pub(crate) mod plot;
pub(crate) mod table;

use crate::sample::Sample;
use crate::statistics::Spread;

/// A line of the table. Numbers that this machine cannot measure are `None`.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) unit: &'static str,
    pub(crate) measured: Option<Spread>,
    /// What it is compared with, and the number of that.
    pub(crate) ceiling: Option<(String, Option<Spread>)>,
    pub(crate) ratio: Option<Spread>,
    /// Milliseconds of processor time for each request, of the server and of the database.
    pub(crate) server: Option<Spread>,
    pub(crate) database: Option<Spread>,
    pub(crate) goal: Option<Goal>,
    /// The picture that shows it, beside the picture of all ratios.
    pub(crate) picture: Option<Picture>,
}

/// A picture of some lines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Picture {
    /// The latency, idle and busy.
    Latency,
    /// The cost of an operation with a number of users.
    Users(&'static str, f64),
}

/// The goal of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Goal {
    /// Minimum of the ratio.
    RatioAtLeast(f64),
    /// Maximum of the ratio.
    RatioAtMost(f64),
    /// Maximum of the number itself.
    AtMost(f64),
}

/// Both sides of a comparison, and the ratio of each round: a disturbance affects both sides.
pub(crate) struct Spreads {
    measured: Option<Spread>,
    ceiling: Option<Spread>,
    ratio: Option<Spread>,
}

impl Spreads {
    /// Compares a cost of the samples in milliseconds. The ratio is 1 if the server costs as much as the ceiling.
    pub(crate) fn of(samples: &[Sample], ceilings: &[Sample], cost: impl Fn(&Sample) -> Option<f64>) -> Self {
        let millis = |samples: &[Sample]| Spread::of_all(samples.iter().map(|sample| Some(cost(sample)? * 1e3)));
        let pairs = samples.iter().zip(ceilings);
        Self {
            measured: millis(samples),
            ceiling: millis(ceilings),
            ratio: Spread::of_all(pairs.map(|(sample, ceiling)| Some(cost(ceiling)? / cost(sample)?))),
        }
    }
}

impl Spreads {
    /// Inverts the ratio, for comparisons with something that is not a ceiling: how many times as much it is.
    pub(crate) fn inverted(self) -> Self {
        let ratio = self.ratio.map(|ratio| Spread {
            median: 1.0 / ratio.median,
            least: 1.0 / ratio.greatest,
            greatest: 1.0 / ratio.least,
        });
        Self { ratio, ..self }
    }
}

impl Line {
    /// A number without a comparison.
    pub(crate) fn figure(name: &str, unit: &'static str, measured: Option<Spread>) -> Self {
        Self {
            name: name.to_owned(),
            unit,
            measured,
            ceiling: None,
            ratio: None,
            server: None,
            database: None,
            goal: None,
            picture: None,
        }
    }

    /// Answers per second.
    pub(crate) fn rate(name: &str, against: &str, samples: &[Sample], ceilings: &[Sample]) -> Self {
        let rates = |samples: &[Sample]| Spread::of(samples.iter().map(|sample| sample.per_second));
        let pairs = samples.iter().zip(ceilings);
        Self {
            ceiling: Some((against.to_owned(), rates(ceilings))),
            ratio: Spread::of(pairs.map(|(sample, ceiling)| sample.per_second / ceiling.per_second)),
            ..Self::figure(name, "/s", rates(samples)).with_costs_of(samples)
        }
    }

    /// Adds the processor time for each answer, of the server and of the database.
    pub(crate) fn with_costs_of(self, samples: &[Sample]) -> Self {
        let millis =
            |cost: fn(&Sample) -> Option<f64>| Spread::of_all(samples.iter().map(|sample| Some(cost(sample)? * 1e3)));
        Self {
            server: millis(|sample| sample.server),
            database: millis(|sample| sample.database),
            ..self
        }
    }

    /// Milliseconds of processor time for each answer.
    pub(crate) fn cost(name: &str, against: &str, spreads: &Spreads) -> Self {
        Self {
            ceiling: Some((against.to_owned(), spreads.ceiling)),
            ratio: spreads.ratio,
            ..Self::figure(name, "ms", spreads.measured)
        }
    }

    /// Whether the goal is met; `None` without a goal or without numbers.
    pub(crate) fn is_reached(&self) -> Option<bool> {
        Some(match self.goal? {
            Goal::RatioAtLeast(least) => self.ratio?.median >= least,
            Goal::RatioAtMost(most) => self.ratio?.median <= most,
            Goal::AtMost(most) => self.measured?.median <= most,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_decides_whether_a_goal_is_met() {
        let line = |goal| Line {
            ratio: Some(Spread::single(0.9)),
            goal: Some(goal),
            ..Line::figure("row", "ms", Some(Spread::single(20.0)))
        };
        for (goal, expected) in [
            (Goal::RatioAtLeast(0.9), true),
            (Goal::RatioAtLeast(0.91), false),
            (Goal::RatioAtMost(0.9), true),
            (Goal::RatioAtMost(0.89), false),
            (Goal::AtMost(20.0), true),
            (Goal::AtMost(19.9), false),
        ] {
            assert_eq!(line(goal).is_reached(), Some(expected), "{goal:?}");
        }
        assert_eq!(Line::figure("row", "ms", None).is_reached(), None);
    }

    #[test]
    fn ratio_is_computed_for_each_round() {
        let sample = |server| Sample {
            per_second: 1.0,
            server,
            database: None,
        };
        let samples = [sample(Some(2.0)), sample(Some(20.0))];
        let spreads = Spreads::of(&samples, &[sample(Some(1.0)), sample(Some(10.0))], |sample| {
            sample.server
        });
        assert_eq!(spreads.ratio, Some(Spread::single(0.5)));
        assert_eq!(
            Spreads::of(&samples, &[sample(None)], |sample| sample.server).ratio,
            None
        );
    }
}
