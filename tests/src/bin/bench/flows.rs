//! Sign-ins, registrations, activations and `me`: their rates, latency and memory.

use std::rc::Rc;
use std::time::Duration;

use api::credentials::cores;
use futures_util::future::try_join_all;
use tokio::time::sleep;

use crate::axum_alone::{BARE, bare_body};
use crate::bench::Bench;
use crate::email;
use crate::load::{Connection, Load};
use crate::meter::{self, Stopwatch};
use crate::processes::Server;
use crate::request::{self, Request};
use crate::sample::{Figure, Sample, millis};
use crate::seed::User;
use tests::Outcome;

/// The connections of `me`.
const CONNECTIONS: usize = 32;

/// Activations that are prepared for each second.
const ACTIVATIONS: u32 = 1_200;
const BASIC_ACTIVATIONS: u32 = 200;

/// The sign-ins that wait at once. The queue has room for all, but one that waits too long gets OVERLOADED.
pub(crate) const SIGN_INS: usize = 1_000;

/// How long a thousand sign-ins may take.
const SIGN_INS_TIMEOUT: Duration = Duration::from_mins(2);

/// A server is idle when it has been up for so long.
const IDLE_AFTER: Duration = Duration::from_secs(1);

/// The clients that sign in.
const CLIENTS: usize = 64;

/// The clients that send `me`, and the period of each: 200 probes per second.
const PROBES: u32 = 8;
const PERIOD: Duration = Duration::from_millis(40);

/// How long the sign-ins run before the first probe and after the last.
const AROUND: Duration = Duration::from_millis(500);

/// Enough connections to keep every hashing thread busy.
fn hashing_connections() -> usize {
    (4 * cores()).max(8)
}

pub(crate) async fn sign_in(bench: &Bench, limit: Duration) -> Outcome<Sample> {
    let mut users = bench.users.iter().cycle();
    let next = || users.next().map(|user| request::sign_in(&user.email));
    bench.load(bench.server()?, hashing_connections(), limit, next).await
}

/// The emails are part of the cost, but not of the rate.
pub(crate) async fn register(bench: &mut Bench, limit: Duration) -> Outcome<Sample> {
    let mut load = Load::open(bench.server()?.address, hashing_connections()).await?;
    let meter = bench.meter(bench.server()?);
    let (answers, took) = load
        .drive(limit, || Some(request::register(&bench.new_address())))
        .await?;
    bench.mailbox.skip(answers).await?;
    Ok(meter.sample(answers, took))
}

pub(crate) async fn activate(bench: &mut Bench, limit: Duration) -> Outcome<Sample> {
    activate_some(bench, limit, ACTIVATIONS, |[_, token, code]| {
        request::activate(token, code)
    })
    .await
}

pub(crate) async fn activate_basic(bench: &mut Bench, limit: Duration) -> Outcome<Sample> {
    activate_some(bench, limit, BASIC_ACTIVATIONS, |[email, _, code]| {
        request::activate_basic(email, code)
    })
    .await
}

/// A registration can be activated once, so some are prepared for each slice.
async fn activate_some(
    bench: &mut Bench,
    limit: Duration,
    each_second: u32,
    request: fn(&[String; 3]) -> Rc<Request>,
) -> Outcome<Sample> {
    let count = usize::try_from((limit * each_second).as_secs())?;
    let (_, codes) = email::backlog(bench, count).await?;
    let requests: Vec<_> = codes.iter().map(request).collect();
    let mut requests = requests.into_iter();
    bench
        .load(bench.server()?, hashing_connections(), limit, || requests.next())
        .await
}

pub(crate) async fn me(bench: &Bench, server: &Server, limit: Duration) -> Outcome<Sample> {
    let mut users = bench.users.iter().cycle();
    bench
        .load(server, CONNECTIONS, limit, || users.next().map(|user| user.me.clone()))
        .await
}

pub(crate) async fn memory(bench: &Bench, limit: Duration) -> Outcome<Sample> {
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
pub(crate) async fn start(bench: &mut Bench) -> Outcome<Sample> {
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

/// The latency of `me` beside 64 clients that keep every hashing thread busy. On a slow machine, some of them may be
/// told that the server is overloaded.
pub(crate) async fn me_beside_sign_ins(bench: &Bench, limit: Duration) -> Outcome<Sample> {
    let mut load = Load::open(bench.server()?.address, CLIENTS).await?;
    let mut users = bench.users.iter().cycle();
    let sign_in = || users.next().map(|user| request::sign_in_or_overloaded(&user.email));
    let probing = async {
        sleep(AROUND).await;
        me_latency(bench, limit).await
    };
    let (sample, _) = tokio::try_join!(probing, load.drive(limit + 2 * AROUND, sign_in))?;
    Ok(sample)
}

/// The latency of `me`. The probes are due at fixed times: a client that sends a request only after the last answer
/// would not notice a server that stalls.
pub(crate) async fn me_latency(bench: &Bench, limit: Duration) -> Outcome<Sample> {
    let probes = (0..PROBES).map(|number| probe(bench, limit, PERIOD * number / PROBES));
    Ok(Sample::of_latencies(try_join_all(probes).await?.concat()))
}

/// The probes of one client. A probe that had to wait for the previous answer counts from the time when it was due.
async fn probe(bench: &Bench, limit: Duration, delay: Duration) -> Outcome<Vec<f64>> {
    let mut connection = Connection::open(bench.server()?.address).await?;
    let mut latencies = Vec::new();
    let stopwatch = Stopwatch::start();
    let (mut due, mut answered) = (delay, Duration::ZERO);
    for user in bench.users.iter().cycle() {
        if due >= limit {
            break;
        }
        sleep(due.saturating_sub(stopwatch.elapsed())).await;
        let sent = if answered > due { due } else { stopwatch.elapsed() };
        connection.ask(&user.me).await?;
        answered = stopwatch.elapsed();
        latencies.push(millis(answered.saturating_sub(sent)));
        due += PERIOD;
    }
    Ok(latencies)
}

/// Axum without a database.
pub(crate) async fn axum(bench: &Bench, limit: Duration) -> Outcome<Sample> {
    let request = request::me(BARE, "token", bare_body());
    bench
        .load(&bench.axum, CONNECTIONS, limit, || Some(request.clone()))
        .await
}

/// `me` of some of millions of users.
pub(crate) async fn me_of_many(bench: &Bench, limit: Duration) -> Outcome<Sample> {
    let many = bench.many.as_ref().ok_or("--scale is missing")?;
    let mut requests = many.requests.iter().cycle().cloned();
    bench.load(&many.server, CONNECTIONS, limit, || requests.next()).await
}
