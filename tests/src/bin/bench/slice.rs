//! What can be measured, and the loop that measures it.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use clap::ValueEnum;

use crate::bench::Bench;
use crate::sample::Sample;
use crate::{Outcome, email, flows, hashing, rows};

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

/// How long a slice runs before it is measured, so that connections are open and memory is touched.
const WARM_UP: Duration = Duration::from_millis(500);

/// Measures a slice by turns with all that its rows are compared with, on a server that has just been started.
pub(crate) async fn by_turns(bench: &mut Bench, slice: Slice) -> Outcome<Samples> {
    let settings = match slice {
        Slice::Email => vec![("SMTP_URL", format!("smtp://{}", bench.sink.address))],
        Slice::Memory => vec![("HASH_QUEUE", (flows::SIGN_INS + 24).to_string())],
        _ => vec![],
    };
    bench.restart(&settings).await;
    if let (Slice::Scale, Some(users)) = (slice, bench.options.scale) {
        bench.start_many(users).await?;
    }
    let (slices, limit) = (rows::by_turns(slice), bench.options.limit());
    let mut samples = Samples::new();
    if !matches!(slice, Slice::Backlog | Slice::Memory | Slice::Start) {
        for slice in &slices {
            slice.measure(bench, WARM_UP).await?;
        }
    }
    let rounds = match slice {
        Slice::Backlog => bench.options.rounds().min(3),
        Slice::Memory => 1,
        _ => bench.options.rounds(),
    };
    for _ in 0..rounds {
        for slice in &slices {
            samples
                .entry(*slice)
                .or_default()
                .push(slice.measure(bench, limit).await?);
        }
    }
    Ok(samples)
}

impl Slice {
    async fn measure(self, bench: &mut Bench, limit: Duration) -> Outcome<Sample> {
        match self {
            Self::Argon2 => hashing::measure(hashing::argon2, limit).await,
            Self::Argon2Rust => hashing::measure(hashing::argon2_rust, limit).await,
            Self::SignIn => flows::sign_in(bench, limit).await,
            Self::Register => flows::register(bench, limit).await,
            Self::Activate => flows::activate(bench, limit).await,
            Self::ActivateBasic => flows::activate_basic(bench, limit).await,
            Self::Me => flows::me(bench, bench.server()?, limit).await,
            Self::AxumSqlx => flows::me(bench, &bench.axum, limit).await,
            Self::Axum => flows::axum(bench, limit).await,
            Self::Scale => flows::me_of_many(bench, limit).await,
            Self::MeBeside => flows::me_beside_sign_ins(bench, limit).await,
            Self::MeIdle => flows::me_latency(bench, limit).await,
            Self::Email => email::after_registration(bench, limit).await,
            Self::LettreLate => email::lettre_to_sink(&mut bench.sink, limit).await,
            Self::Backlog => Ok(email::backlog(bench, email::BACKLOG).await?.0),
            Self::Lettre => email::lettre_backlog(bench).await,
            Self::Memory => flows::memory(bench, limit).await,
            Self::Start => flows::start(bench).await,
        }
    }
}

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
