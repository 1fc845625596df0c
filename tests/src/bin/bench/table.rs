//! The table in Markdown.

use std::fmt;

use crate::rows::{Compared, Goal, Row};
use crate::sample::{Figure, Spread};
use crate::slice::{Samples, Slice};

/// The first two lines.
pub(crate) const HEAD: &str = "| row | measured | compared with | ratio | CPU: server + database | goal | met |
| --- | --- | --- | --- | --- | --- | --- |";

/// A row with its numbers. Those that this system cannot measure are `None`.
pub(crate) struct Line {
    pub(crate) row: &'static Row,
    measured: Option<Spread>,
    other: Option<Spread>,
    pub(crate) ratio: Option<Spread>,
    cpu: [Option<Spread>; 2],
}

impl Line {
    pub(crate) fn of(row: &'static Row, samples: &Samples) -> Self {
        let numbers = |slice: Slice, figure| samples[&slice].iter().map(move |sample| sample.get(figure));
        let spread = |slice, figure| Spread::of(numbers(slice, figure));
        let ratio = |other: Slice| {
            let rounds = numbers(row.slice, row.figure).zip(numbers(other, row.figure));
            // A disturbance affects both sides of a round.
            Spread::of(rounds.map(|(measured, other)| Some(ratio(row, measured?, other?))))
        };
        Self {
            row,
            measured: spread(row.slice, row.figure),
            other: row.other().and_then(|other| spread(other, row.figure)),
            ratio: row.other().and_then(ratio),
            cpu: [Figure::ServerCpu, Figure::DatabaseCpu].map(|figure| spread(row.slice, figure)),
        }
    }

    /// How far the goal is met: at least 1 is enough.
    pub(crate) fn reached(&self) -> Option<f64> {
        Some(match self.row.goal? {
            Goal::RatioAtLeast(least) => self.ratio?.median / least,
            Goal::RatioAtMost(most) => most / self.ratio?.median,
            Goal::AtMost(most) => most / self.measured?.median,
        })
    }
}

fn ratio(row: &Row, measured: f64, other: f64) -> f64 {
    match row.compared {
        // Less time or memory is better.
        Compared::Ceiling(_) if row.figure != Figure::PerSecond => other / measured,
        _ => measured / other,
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = self.row.figure.unit();
        let compared = self
            .row
            .other()
            .map(|other| format!("{other}: {}", shown(self.other, unit)));
        let ratio = self.row.other().map(|_| shown(self.ratio, ""));
        let [server, database] = self.cpu.map(|cpu| cpu.map(|cpu| digits(cpu.median)));
        let cpu = [server, database].into_iter().flatten().collect::<Vec<_>>().join(" + ");
        let goal = self.row.goal.map(|goal| match goal {
            Goal::RatioAtLeast(least) => format!("ratio ≥ {least:.2}"),
            Goal::RatioAtMost(most) => format!("ratio ≤ {most:.2}"),
            Goal::AtMost(most) => format!("≤ {most}{unit}"),
        });
        let met = self.row.goal.map(|_| match self.reached() {
            Some(1.0..) => "ok",
            Some(_) => "short",
            None => "n/a",
        });
        write!(
            f,
            "| {} | {} | {} | {} | {cpu}{} | {} | {} |",
            self.row.name,
            shown(self.measured, unit),
            compared.unwrap_or_default(),
            ratio.unwrap_or_default(),
            if cpu.is_empty() { "" } else { " ms" },
            goal.unwrap_or_default(),
            met.unwrap_or_default(),
        )
    }
}

fn shown(spread: Option<Spread>, unit: &str) -> String {
    match spread {
        None => "n/a".to_owned(),
        Some(Spread { median, least, most }) if least < most => {
            format!("{}{unit} ({}–{})", digits(median), digits(least), digits(most))
        }
        Some(Spread { median, .. }) => format!("{}{unit}", digits(median)),
    }
}

/// Three significant digits; more are noise.
fn digits(number: f64) -> String {
    match number {
        100.0.. => format!("{number:.0}"),
        10.0.. => format!("{number:.1}"),
        1.0.. => format!("{number:.2}"),
        _ => format!("{number:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows;
    use crate::sample::Sample;

    fn lines(slice: Slice, figures: [(Slice, Sample); 3]) -> Vec<String> {
        let samples = figures.map(|(slice, sample)| (slice, vec![sample])).into();
        rows::of(slice).map(|row| Line::of(row, &samples).to_string()).collect()
    }

    #[test]
    fn line_compares_rates_and_costs() {
        let sample = |rate, server| {
            Sample::default()
                .with(Figure::PerSecond, rate)
                .with(Figure::ServerCpu, server)
        };
        let lines = lines(
            Slice::SignIn,
            [
                (Slice::SignIn, sample(120.0, 16.0).with(Figure::DatabaseCpu, 1.25)),
                (Slice::Argon2, sample(100.0, 20.0)),
                (Slice::Argon2Rust, sample(160.0, 12.0)),
            ],
        );
        assert_eq!(
            lines,
            [
                "| signIn | 120/s | argon2 alone: 100/s | 1.20 | 16.0 + 1.25 ms | ratio ≥ 1.20 | ok |",
                "| signIn | 120/s | argon2-rust alone: 160/s | 0.750 | 16.0 + 1.25 ms | ratio ≥ 0.78 | short |",
                "| signIn: server CPU | 16.0 ms | argon2-rust alone: 12.0 ms | 0.750 | 16.0 + 1.25 ms | ratio ≥ 0.88 | short |",
            ]
        );
    }

    #[test]
    fn line_without_numbers_says_so() {
        let samples = [(Slice::Start, vec![Sample::default()])].into();
        let line = rows::of(Slice::Start)
            .map(|row| Line::of(row, &samples).to_string())
            .next();
        assert_eq!(
            line.as_deref(),
            Some("| start to first answer | n/a |  |  |  | ≤ 50 ms | n/a |")
        );
    }
}
