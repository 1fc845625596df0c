//! The rows of the table, one file each. In each round, a row measures the server and then its ceiling.

mod activate;
mod backlog;
mod hashing;
mod interference;
mod mail;
mod me;
mod memory;
mod register;
mod scale;
mod sign_in;
mod start;

use clap::ValueEnum;

use crate::Outcome;
use crate::bench::Bench;
use crate::report::Line;

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "camelCase")]
pub(crate) enum Row {
    /// Registrations of new addresses
    Register,
    /// Sign-ins of many users
    SignIn,
    /// Activations with the emailed code
    Activate,
    /// The user of a session
    Me,
    /// The user of a session while others sign in
    Interference,
    /// Time from the answer of a registration to its email
    Mail,
    /// Thousands of emails that are due at once
    Backlog,
    /// The memory of the server
    Memory,
    /// Time from the start of the server to its first answer
    Start,
    /// The cost with many users; --scale says how many
    Scale,
}

impl Row {
    /// The value for `--only`.
    pub(crate) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The number of slices, for a number of rounds and of user counts.
    pub(crate) fn slices(self, rounds: u8, scales: usize) -> u64 {
        let rounds = u64::from(rounds);
        match self {
            Self::Register | Self::SignIn | Self::Activate | Self::Interference => 2 * rounds,
            Self::Me => 3 * rounds,
            Self::Mail | Self::Start => rounds,
            Self::Backlog => 2 * rounds.min(backlog::ROUNDS.into()),
            Self::Memory => 3,
            Self::Scale => 3 * rounds * u64::try_from(scales).unwrap_or(0),
        }
    }

    pub(crate) async fn measure(self, bench: &mut Bench) -> Outcome<Vec<Line>> {
        match self {
            Self::Register => register::measure(bench).await,
            Self::SignIn => sign_in::measure(bench).await,
            Self::Activate => activate::measure(bench).await,
            Self::Me => me::measure(bench).await,
            Self::Interference => interference::measure(bench).await,
            Self::Mail => mail::measure(bench).await,
            Self::Backlog => backlog::measure(bench).await,
            Self::Memory => memory::measure(bench).await,
            Self::Start => start::measure(bench).await,
            Self::Scale => scale::measure(bench).await,
        }
    }
}
