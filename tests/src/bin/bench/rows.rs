//! The rows of the table, as data.

use Compared::{Baseline, Ceiling, Nothing};
use Figure::{Cpu, Idle, Loaded, P50, P99, PerSecond, ServerCpu, Took, Waiting};
use Goal::{AtMost, RatioAtLeast, RatioAtMost};

use crate::sample::Figure;
use crate::slice::Slice;

/// A row: a figure of a slice, what it is compared with, and its goal.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) slice: Slice,
    pub(crate) figure: Figure,
    pub(crate) compared: Compared,
    pub(crate) goal: Option<Goal>,
}

/// The slice that alternates with that of the row.
#[derive(Clone, Copy)]
pub(crate) enum Compared {
    Nothing,
    /// Does the least work that is possible. The ratio is 1 if the server is as good, and less if it is worse.
    Ceiling(Slice),
    /// The same under other conditions. The ratio says how many times as much the row is.
    Baseline(Slice),
}

#[derive(Clone, Copy)]
pub(crate) enum Goal {
    RatioAtLeast(f64),
    RatioAtMost(f64),
    /// Of the figure itself.
    AtMost(f64),
}

const ARGON2: Compared = Ceiling(Slice::Argon2);
const ARGON2_RUST: Compared = Ceiling(Slice::Argon2Rust);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("signIn", Slice::SignIn, PerSecond, ARGON2, Some(RatioAtLeast(1.20))),
    row("signIn", Slice::SignIn, PerSecond, ARGON2_RUST, Some(RatioAtLeast(0.78))),
    row("signIn: server CPU", Slice::SignIn, ServerCpu, ARGON2_RUST, Some(RatioAtLeast(0.88))),
    row("register", Slice::Register, PerSecond, ARGON2, Some(RatioAtLeast(1.05))),
    row("register", Slice::Register, PerSecond, ARGON2_RUST, Some(RatioAtLeast(0.68))),
    row("register: server CPU", Slice::Register, ServerCpu, ARGON2_RUST, Some(RatioAtLeast(0.82))),
    row("activate with a token", Slice::Activate, PerSecond, ARGON2, Some(RatioAtLeast(6.0))),
    row("activate with Basic", Slice::ActivateBasic, PerSecond, ARGON2, Some(RatioAtLeast(1.0))),
    row("me", Slice::Me, PerSecond, Ceiling(Slice::AxumSqlx), None),
    row("me: all CPU", Slice::Me, Cpu, Ceiling(Slice::AxumSqlx), Some(RatioAtLeast(1.7))),
    row("me: all CPU", Slice::Me, Cpu, Ceiling(Slice::Axum), Some(RatioAtLeast(0.28))),
    row("me beside 64 signIn: p50", Slice::MeBeside, P50, Baseline(Slice::MeIdle), Some(RatioAtMost(1.5))),
    row("me beside 64 signIn: p99", Slice::MeBeside, P99, Baseline(Slice::MeIdle), Some(AtMost(25.0))),
    row("register to email, late ACKs: p50", Slice::Email, P50, Baseline(Slice::LettreLate), Some(AtMost(5.0))),
    row("register to email, late ACKs: p99", Slice::Email, P99, Baseline(Slice::LettreLate), None),
    row("backlog of 5,000 emails", Slice::Backlog, PerSecond, Ceiling(Slice::Lettre), Some(RatioAtLeast(0.35))),
    row("memory, idle", Slice::Memory, Idle, Nothing, Some(AtMost(45.0))),
    row("memory, after load", Slice::Memory, Loaded, Nothing, Some(AtMost(75.0))),
    row("memory, 1,000 signIn waiting", Slice::Memory, Waiting, Nothing, Some(AtMost(100.0))),
    row("start to first answer", Slice::Start, Took, Nothing, Some(AtMost(50.0))),
    row("me with many users: all CPU", Slice::Scale, Cpu, Baseline(Slice::Me), Some(RatioAtMost(1.3))),
];

const fn row(name: &'static str, slice: Slice, figure: Figure, compared: Compared, goal: Option<Goal>) -> Row {
    Row {
        name,
        slice,
        figure,
        compared,
        goal,
    }
}

impl Row {
    /// The slice that it is compared with.
    pub(crate) fn other(&self) -> Option<Slice> {
        match self.compared {
            Nothing => None,
            Ceiling(slice) | Baseline(slice) => Some(slice),
        }
    }
}

/// The rows of a slice.
pub(crate) fn of(slice: Slice) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(move |row| row.slice == slice)
}

/// A slice and all that its rows are compared with, in the order in which they alternate.
pub(crate) fn by_turns(slice: Slice) -> Vec<Slice> {
    let mut slices = vec![slice];
    for other in of(slice).filter_map(Row::other) {
        if !slices.contains(&other) {
            slices.push(other);
        }
    }
    slices
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_slice_of_the_command_line_has_rows() {
        for slice in Slice::value_variants() {
            assert!(of(*slice).count() > 0, "{slice}");
        }
    }

    #[test]
    fn slice_alternates_once_with_each_ceiling() {
        let slices = by_turns(Slice::SignIn);
        assert_eq!(slices, [Slice::SignIn, Slice::Argon2, Slice::Argon2Rust]);
        assert_eq!(by_turns(Slice::Memory), [Slice::Memory]);
    }
}
