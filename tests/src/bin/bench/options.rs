//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

use crate::slice::Slice;

/// Measures the release build of the server, and compares it with argon2, axum with sqlx, and lettre alone on this
/// machine. Each row alternates with its ceiling, so that a noisy machine is noisy for both.
#[derive(Parser)]
#[command(name = "bench", bin_name = "cargo run --release -p tests --bin bench --")]
pub(crate) struct Options {
    /// Measure only this; can be repeated
    #[arg(long, value_name = "NAME")]
    only: Vec<Slice>,

    /// The database of the server
    #[arg(long, value_name = "DATABASE", default_value = "postgres")]
    pub(crate) database: DatabaseKind,

    /// Seconds per slice
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u64).range(1..=20))]
    seconds: u64,

    /// How often each slice is measured
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,

    /// One round
    #[arg(long, conflicts_with = "rounds")]
    quick: bool,

    /// Also draw the numbers as SVG files in a folder
    #[arg(long, value_name = "DIR")]
    pub(crate) plot: Option<PathBuf>,

    /// Also measure `me` with so many users, which takes minutes to prepare [default: 10000000]
    #[arg(
        long,
        value_name = "USERS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "10000000",
        value_parser = clap::value_parser!(u32).range(50_000..)
    )]
    pub(crate) scale: Option<u32>,

    #[command(subcommand)]
    pub(crate) ceiling: Option<Ceiling>,
}

/// The databases that the server can have.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum DatabaseKind {
    /// A PostgreSQL server that the benchmark starts
    Postgres,
    /// An SQLite file
    Sqlite,
}

/// What this program does when it starts itself.
#[derive(Subcommand)]
pub(crate) enum Ceiling {
    /// Answers `me` with axum alone
    #[command(hide = true)]
    Axum {
        #[arg(long)]
        database_url: String,
    },
}

impl Options {
    /// The length of a slice.
    pub(crate) fn limit(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// The number of rounds.
    pub(crate) fn rounds(&self) -> u8 {
        if self.quick { 1 } else { self.rounds }
    }

    /// What to measure, in the order of the table.
    pub(crate) fn slices(&self) -> Vec<Slice> {
        let all = Slice::value_variants().iter().copied();
        all.filter(|slice| self.only.is_empty() || self.only.contains(slice))
            .filter(|slice| *slice != Slice::Scale || self.scale.is_some())
            .collect()
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
        assert!(!parse(&[]).slices().contains(&Slice::Scale));
        assert_eq!(parse(&["--scale"]).scale, Some(10_000_000));
        let chosen = parse(&["--scale=50000", "--only", "scale", "--only", "signIn"]);
        assert_eq!(chosen.slices(), [Slice::SignIn, Slice::Scale]);
    }

    #[test]
    fn quick_run_has_one_round() {
        assert_eq!(parse(&["--quick"]).rounds(), 1);
        assert_eq!(parse(&["--rounds", "3"]).rounds(), 3);
    }
}
