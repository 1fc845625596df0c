//! What can be asked of the benchmark.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::ceilings::Ceiling;
use crate::rows::Row;

/// Measures the release build of the server against what argon2, PostgreSQL and lettre give by themselves on this
/// machine: each row beside its ceiling, by turns, so that a noisy machine is noisy for both.
#[derive(Parser)]
#[command(name = "bench", bin_name = "cargo run --release -p tests --bin bench --")]
pub(crate) struct Options {
    /// Measures this row alone; may be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<Row>,

    /// What the server keeps its rows in
    #[arg(long, value_name = "DATABASE", default_value = "postgres")]
    pub(crate) database: Database,

    /// Seconds of one slice; a row has several rounds of slices
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,

    /// Rounds of a row
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u8).range(1..))]
    pub(crate) rounds: u8,

    /// Writes all figures to a file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Draws the figures into a folder, as SVG
    #[arg(long, value_name = "DIR")]
    pub(crate) plot: Option<PathBuf>,

    /// Measures the costs with so many users too, separated by commas [default: 10000,1000000,10000000]
    #[arg(
        long,
        value_name = "USERS",
        num_args = 0..=1,
        require_equals = true,
        value_delimiter = ',',
        default_missing_value = "10000,1000000,10000000",
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub(crate) scale: Option<Vec<u64>>,

    #[command(subcommand)]
    pub(crate) ceiling: Option<Ceiling>,
}

/// The databases that the server can have.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Database {
    /// A PostgreSQL server of the benchmark's own
    Postgres,
    /// A file
    Sqlite,
}

impl Options {
    /// How long a slice is.
    pub(crate) fn slice(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// The rows to measure. That of many users takes long, so it has to be asked for.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let all = Row::value_variants().iter().copied();
        all.filter(|row| self.only.is_empty() || self.only.contains(row))
            .filter(|row| *row != Row::Scale || self.scale.is_some())
            .collect()
    }

    /// How many slices all of them have.
    pub(crate) fn slices(&self) -> u64 {
        let scales = self.scale.as_ref().map_or(0, Vec::len);
        self.rows().iter().map(|row| row.slices(self.rounds, scales)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Options {
        Options::try_parse_from([&["bench"], arguments].concat()).expect("options")
    }

    #[test]
    fn many_users_are_measured_when_asked_for() {
        assert!(!parse(&[]).rows().contains(&Row::Scale));
        assert_eq!(parse(&["--scale"]).scale, Some(vec![10_000, 1_000_000, 10_000_000]));
        let chosen = parse(&["--scale=10,20", "--only", "scale", "--only", "signIn"]);
        assert_eq!(chosen.scale, Some(vec![10, 20]));
        assert_eq!(chosen.rows(), [Row::SignIn, Row::Scale]);
        assert_eq!(chosen.slices(), 2 * 5 + 3 * 5 * 2);
    }
}
