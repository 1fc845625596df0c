//! What a slice measures, and statistics of several rounds.

use std::collections::HashMap;
use std::time::Duration;

use statrs::statistics::{Data, Max, Min, OrderStatistics};

/// A number that a slice can measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Figure {
    /// Answers per second.
    PerSecond,
    /// Processor time per answer, of the server or ceiling, of the database, and of both.
    ServerCpu,
    DatabaseCpu,
    Cpu,
    /// Percentiles of a latency.
    P50,
    P99,
    /// Resident memory after the start, after load, and at its peak.
    Idle,
    Loaded,
    Waiting,
    /// The time of something that is done once.
    Took,
}

impl Figure {
    /// As it stands behind a number.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::PerSecond => "/s",
            Self::Idle | Self::Loaded | Self::Waiting => " MB",
            _ => " ms",
        }
    }
}

/// The figures of one slice. What this system cannot measure is missing.
#[derive(Default)]
pub(crate) struct Sample(HashMap<Figure, f64>);

impl Sample {
    pub(crate) fn with(mut self, figure: Figure, number: impl Into<Option<f64>>) -> Self {
        self.0.extend(number.into().map(|number| (figure, number)));
        self
    }

    /// A number of answers, the time and the processor time that they took.
    pub(crate) fn of_answers(
        answers: usize,
        took: Duration,
        server: Option<Duration>,
        database: Option<Duration>,
    ) -> Self {
        let each = |time: Duration| millis(time) / count(answers);
        let (server, database) = (server.map(each), database.map(each));
        Self::default()
            .with(Figure::PerSecond, count(answers) / took.as_secs_f64())
            .with(Figure::ServerCpu, server)
            .with(Figure::DatabaseCpu, database)
            // An embedded database is part of the server.
            .with(Figure::Cpu, server.map(|server| server + database.unwrap_or(0.0)))
    }

    /// Latencies in milliseconds.
    pub(crate) fn of_latencies(latencies: Vec<f64>) -> Self {
        if latencies.is_empty() {
            return Self::default();
        }
        let mut latencies = Data::new(latencies);
        let (p50, p99) = (latencies.percentile(50), latencies.percentile(99));
        Self::default().with(Figure::P50, p50).with(Figure::P99, p99)
    }

    pub(crate) fn get(&self, figure: Figure) -> Option<f64> {
        self.0.get(&figure).copied()
    }
}

/// A duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// A count as a floating-point number.
#[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^52")]
pub(crate) fn count(things: usize) -> f64 {
    things as f64
}

/// The median, minimum and maximum of several rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// `None` if there are no numbers, or one is missing.
    pub(crate) fn of(numbers: impl Iterator<Item = Option<f64>>) -> Option<Self> {
        let numbers: Vec<f64> = numbers.collect::<Option<_>>()?;
        let mut numbers = (!numbers.is_empty()).then(|| Data::new(numbers))?;
        Some(Self {
            median: numbers.median(),
            least: numbers.min(),
            most: numbers.max(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_needs_every_number() {
        let spread = Spread::of([Some(3.0), Some(1.0), Some(9.0), Some(2.0)].into_iter()).expect("numbers");
        assert!((spread.median - 2.5).abs() < 1e-9, "{spread:?}");
        assert_eq!((spread.least, spread.most), (1.0, 9.0));
        assert_eq!(Spread::of([Some(1.0), None].into_iter()), None);
        assert_eq!(Spread::of(std::iter::empty()), None);
    }

    #[test]
    fn processor_time_is_per_answer() {
        let (server, database) = (Duration::from_millis(30), Duration::from_millis(10));
        let sample = Sample::of_answers(10, Duration::from_secs(2), Some(server), Some(database));
        assert_eq!(sample.get(Figure::PerSecond), Some(5.0));
        assert_eq!(sample.get(Figure::ServerCpu), Some(3.0));
        assert_eq!(sample.get(Figure::Cpu), Some(4.0));
        assert_eq!(sample.get(Figure::P50), None);
    }
}
