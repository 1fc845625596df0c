//! What was measured, line by line, in the words of the table.

pub(crate) mod json;
pub(crate) mod plot;
pub(crate) mod table;

use crate::sample::Sample;
use crate::statistics::Spread;

/// A line of the table. What this machine cannot tell is `None`.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) unit: &'static str,
    pub(crate) measured: Option<Spread>,
    /// What it is held against, and its figure.
    pub(crate) ceiling: Option<(String, Option<Spread>)>,
    pub(crate) ratio: Option<Spread>,
    /// Milliseconds of processor time for each request: of the server, and of the database.
    pub(crate) server: Option<Spread>,
    pub(crate) database: Option<Spread>,
    pub(crate) goal: Option<Goal>,
    /// The picture that it is a part of, beside that of all ratios.
    pub(crate) picture: Option<Picture>,
}

/// A picture that shows a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Picture {
    /// How long something takes, idle and busy.
    Latency,
    /// What an operation costs with so many users.
    Users(&'static str, f64),
}

/// What a line is to reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Goal {
    /// Of the ratio.
    RatioAtLeast(f64),
    /// Of the ratio.
    RatioAtMost(f64),
    /// Of the figure itself.
    AtMost(f64),
}

/// Both sides of a comparison, and their ratio round by round: what disturbs a round disturbs both.
pub(crate) struct Spreads {
    measured: Option<Spread>,
    ceiling: Option<Spread>,
    ratio: Option<Spread>,
}

impl Spreads {
    /// Of what the samples cost, in milliseconds. The ratio is 1 where the server costs no more than the ceiling.
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
    /// The same with the ratio the other way round, for what is not a ceiling: how many times as much it is.
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
    /// A figure that nothing is held against.
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

    /// Answers a second.
    pub(crate) fn rate(name: &str, against: &str, samples: &[Sample], ceilings: &[Sample]) -> Self {
        let rates = |samples: &[Sample]| Spread::of(samples.iter().map(|sample| sample.per_second));
        let pairs = samples.iter().zip(ceilings);
        Self {
            ceiling: Some((against.to_owned(), rates(ceilings))),
            ratio: Spread::of(pairs.map(|(sample, ceiling)| sample.per_second / ceiling.per_second)),
            ..Self::figure(name, "/s", rates(samples)).with_costs_of(samples)
        }
    }

    /// The same with what each answer cost the server, and the database.
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

    /// Whether the goal was reached; `None` where there is none, or nothing to tell it by.
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
    fn a_goal_is_reached_by_the_median() {
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
    fn a_ratio_is_that_of_each_round() {
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
