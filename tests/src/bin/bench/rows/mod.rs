//! The rows of the table, one file each. A row measures itself and its ceiling by turns, round after round.

mod hashing;
mod me;
mod register;
mod sign_in;

use clap::ValueEnum;

use crate::Outcome;
use crate::bench::Bench;
use crate::report::Line;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "camelCase")]
pub(crate) enum Row {
    /// Registrations of new addresses
    Register,
    /// Sign-ins of many users
    SignIn,
    /// The user of a session
    Me,
}

impl Row {
    /// As it is given to `--only`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::SignIn => "signIn",
            Self::Me => "me",
        }
    }

    /// How many slices a round has.
    pub(crate) fn slices(self) -> u64 {
        match self {
            Self::Register | Self::SignIn => 2,
            Self::Me => 3,
        }
    }

    pub(crate) async fn measure(self, bench: &mut Bench) -> Outcome<Vec<Line>> {
        match self {
            Self::Register => register::measure(bench).await,
            Self::SignIn => sign_in::measure(bench).await,
            Self::Me => me::measure(bench).await,
        }
    }
}
