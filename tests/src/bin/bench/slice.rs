//! What can be measured, and the loop that measures it.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use api::credentials::cores;
use clap::ValueEnum;
use tokio::time::sleep;

use crate::axum_alone::{BARE, bare_body};
use crate::bench::Bench;
use crate::load::{Connection, Load};
use crate::meter::{self, Stopwatch};
use crate::sample::{Figure, Sample, millis};
use crate::seed::User;
use crate::{Outcome, email, hashing, latency, request, rows};

/// Something that is measured for a few seconds. Those with a value for `--only` have rows, and the rest is what rows are
/// compared with.
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

/// The connections of `me`.
const CONNECTIONS: usize = 32;

/// Activations that are prepared for each second.
const ACTIVATIONS: u32 = 1_200;
const BASIC_ACTIVATIONS: u32 = 200;

/// The sign-ins that wait at once. The queue has room for all, but one that waits too long gets OVERLOADED.
const SIGN_INS: usize = 1_000;

/// How long a thousand sign-ins may take.
const SIGN_INS_TIMEOUT: Duration = Duration::from_mins(2);

/// A server is idle when it has been up for so long.
const IDLE_AFTER: Duration = Duration::from_secs(1);

/// Measures a slice by turns with all that its rows are compared with, on a server that has just been started.
pub(crate) async fn by_turns(bench: &mut Bench, slice: Slice) -> Outcome<Samples> {
    let settings = match slice {
        Slice::Email => vec![("SMTP_URL", bench.sink.url())],
        Slice::Memory => vec![("HASH_QUEUE", (SIGN_INS + 24).to_string())],
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
            Self::SignIn => sign_in(bench, limit).await,
            Self::Register => register(bench, limit).await,
            Self::Activate => {
                activate(bench, limit, ACTIVATIONS, |[_, token, code]| {
                    request::activate(token, code)
                })
                .await
            }
            Self::ActivateBasic => {
                let basic = |[email, _, code]: &[String; 3]| request::activate_basic(email, code);
                activate(bench, limit, BASIC_ACTIVATIONS, basic).await
            }
            Self::Me => me(bench, bench.server()?, limit).await,
            Self::AxumSqlx => me(bench, &bench.axum, limit).await,
            Self::Axum => {
                let request = request::me(BARE, "token", bare_body());
                bench
                    .load(&bench.axum, CONNECTIONS, limit, || Some(request.clone()))
                    .await
            }
            Self::Scale => {
                let many = bench.many.as_ref().ok_or("--scale is missing")?;
                let mut requests = many.requests.iter().cycle().cloned();
                bench.load(&many.server, CONNECTIONS, limit, || requests.next()).await
            }
            Self::MeBeside => latency::beside_sign_ins(bench, limit).await,
            Self::MeIdle => latency::idle(bench, limit).await,
            Self::Email => email::after_registration(bench, limit).await,
            Self::LettreLate => email::lettre_to_sink(&mut bench.sink, limit).await,
            Self::Backlog => Ok(email::backlog(bench, email::BACKLOG).await?.0),
            Self::Lettre => email::lettre_backlog(bench).await,
            Self::Memory => memory(bench, limit).await,
            Self::Start => start(bench).await,
        }
    }
}

/// Enough connections to keep every hashing thread busy.
fn hashing_connections() -> usize {
    (4 * cores()).max(8)
}

async fn sign_in(bench: &Bench, limit: Duration) -> Outcome<Sample> {
    let mut users = bench.users.iter().cycle();
    let next = || users.next().map(|user| request::sign_in(&user.email));
    bench.load(bench.server()?, hashing_connections(), limit, next).await
}

/// The emails are part of the cost, but not of the rate.
async fn register(bench: &mut Bench, limit: Duration) -> Outcome<Sample> {
    let mut load = Load::open(bench.server()?.address, hashing_connections()).await?;
    let meter = bench.meter(bench.server()?);
    let (answers, took) = load
        .drive(limit, || Some(request::register(&bench.new_address())))
        .await?;
    bench.mailbox.skip(answers).await?;
    Ok(meter.sample(answers, took))
}

/// A registration can be activated once, so some are prepared for each slice.
async fn activate(
    bench: &mut Bench,
    limit: Duration,
    each_second: u32,
    request: fn(&[String; 3]) -> std::rc::Rc<request::Request>,
) -> Outcome<Sample> {
    let count = usize::try_from((limit * each_second).as_secs())?;
    let (_, codes) = email::backlog(bench, count).await?;
    let requests: Vec<_> = codes.iter().map(request).collect();
    let mut requests = requests.into_iter();
    bench
        .load(bench.server()?, hashing_connections(), limit, || requests.next())
        .await
}

async fn me(bench: &Bench, server: &crate::processes::Server, limit: Duration) -> Outcome<Sample> {
    let mut users = bench.users.iter().cycle();
    bench
        .load(server, CONNECTIONS, limit, || users.next().map(|user| user.me.clone()))
        .await
}

async fn memory(bench: &Bench, limit: Duration) -> Outcome<Sample> {
    let server = bench.server()?;
    let (process, first) = (server.process.id(), first(&bench.users)?);
    Connection::open(server.address).await?.ask(&first.me).await?;
    sleep(IDLE_AFTER).await;
    let idle = meter::resident(process);
    me(bench, server, limit).await?;
    sign_in(bench, limit).await?;
    let loaded = meter::resident(process);
    let mut load = Load::open(server.address, SIGN_INS).await?;
    let mut users = bench.users.iter().take(SIGN_INS);
    let next = || users.next().map(|user| request::sign_in_or_overloaded(&user.email));
    load.drive(SIGN_INS_TIMEOUT, next).await?;
    let sample = Sample::default().with(Figure::Idle, idle).with(Figure::Loaded, loaded);
    Ok(sample.with(Figure::Waiting, meter::peak(process)))
}

/// The schema is up to date.
async fn start(bench: &mut Bench) -> Outcome<Sample> {
    bench.stop().await;
    let stopwatch = Stopwatch::start();
    bench.restart(&[]).await;
    Connection::open(bench.server()?.address)
        .await?
        .ask(&first(&bench.users)?.me)
        .await?;
    Ok(Sample::default().with(Figure::Took, millis(stopwatch.elapsed())))
}

fn first(users: &[User]) -> Outcome<&User> {
    Ok(users.first().ok_or("no users")?)
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
