//! The command line of the benchmark.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::ceilings::Ceiling;
use crate::rows::Row;

/// Measures the release build of the server, and compares it with argon2, axum with sqlx, and lettre alone on this machine.
/// Each row alternates with its ceiling, so that a noisy machine is noisy for both.
#[derive(Parser)]
#[command(name = "bench", bin_name = "cargo run --release -p tests --bin bench --")]
pub(crate) struct Options {
    /// Measure only this row; can be repeated
    #[arg(long, value_name = "NAME")]
    only: Vec<Row>,

    /// The database of the server
    #[arg(long, value_name = "DATABASE", default_value = "postgres")]
    pub(crate) database: Database,

    /// Seconds per slice; a row has several rounds of slices
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,

    /// Rounds per row
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u8).range(1..))]
    pub(crate) rounds: u8,

    /// Write all numbers to a JSON file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Draw the numbers as SVG files in a folder
    #[arg(long, value_name = "DIR")]
    pub(crate) plot: Option<PathBuf>,

    /// Also measure the cost with these numbers of users, separated by commas [default: 10000,1000000,10000000]
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
    /// A PostgreSQL server that the benchmark starts
    Postgres,
    /// An SQLite file
    Sqlite,
}

impl Options {
    /// The length of a slice.
    pub(crate) fn slice(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// The rows to measure. The row of many users takes long, so it needs `--scale`.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let all = Row::value_variants().iter().copied();
        all.filter(|row| self.only.is_empty() || self.only.contains(row))
            .filter(|row| *row != Row::Scale || self.scale.is_some())
            .collect()
    }

    /// The number of slices of all rows.
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
    fn many_users_are_measured_only_with_scale() {
        assert!(!parse(&[]).rows().contains(&Row::Scale));
        assert_eq!(parse(&["--scale"]).scale, Some(vec![10_000, 1_000_000, 10_000_000]));
        let chosen = parse(&["--scale=10,20", "--only", "scale", "--only", "signIn"]);
        assert_eq!(chosen.scale, Some(vec![10, 20]));
        assert_eq!(chosen.rows(), [Row::SignIn, Row::Scale]);
        assert_eq!(chosen.slices(), 2 * 5 + 3 * 5 * 2);
    }
}
