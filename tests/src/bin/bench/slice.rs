//! What can be measured.

use std::collections::HashMap;
use std::fmt;

use clap::ValueEnum;

use crate::sample::Sample;

/// Something that is measured for a few seconds. Those with a value for `--only` have rows, and the rest is what rows
/// are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
#[value(rename_all = "camelCase")]
pub(crate) enum Slice {
    /// Sign-ins of many users
    SignIn,
    /// Registrations of new addresses, with their emails
    Register,
    /// Activations with the token of the registration
    Activate,
    /// Activations with email and password
    ActivateBasic,
    /// The user of a session
    Me,
    /// The user of a session while 64 clients sign in
    MeBeside,
    /// The time from a registration to its email, for a mail server that acknowledges late
    Email,
    /// Thousands of emails that are due at once
    Backlog,
    /// The memory of the server
    Memory,
    /// The time from the start of the server to its first answer
    Start,
    /// The user of a session, among millions; needs --scale
    Scale,
    #[value(skip)]
    Argon2,
    #[value(skip)]
    Argon2Rust,
    #[value(skip)]
    AxumSqlx,
    #[value(skip)]
    Axum,
    #[value(skip)]
    MeIdle,
    #[value(skip)]
    LettreLate,
    #[value(skip)]
    Lettre,
}

/// The samples of all rounds.
pub(crate) type Samples = HashMap<Slice, Vec<Sample>>;

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Argon2 => "argon2 alone",
            Self::Argon2Rust => "argon2-rust alone",
            Self::AxumSqlx => "axum and sqlx",
            Self::Axum => "axum alone",
            Self::MeIdle => "idle",
            Self::LettreLate | Self::Lettre => "lettre alone",
            Self::SignIn => "signIn",
            Self::Register => "register",
            Self::Activate => "activate",
            Self::ActivateBasic => "activate with Basic",
            Self::Me => "me",
            Self::MeBeside => "me beside sign-ins",
            Self::Email => "email",
            Self::Backlog => "backlog",
            Self::Memory => "memory",
            Self::Start => "start",
            Self::Scale => "me with many users",
        })
    }
}
