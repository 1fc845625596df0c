//! The latency of `me`, on an idle server and beside 64 clients that keep every hashing thread busy.
//!
//! The probes are due at fixed times. A client that sends a request only after the last answer would not notice a server
//! that stalls. On a slow machine, some of the 64 clients may be told that the server is overloaded.

use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::time::sleep;

use crate::Outcome;
use crate::bench::Bench;
use crate::load::{Connection, Load};
use crate::meter::Stopwatch;
use crate::request;
use crate::sample::{Sample, millis};

/// The clients that sign in.
const CLIENTS: usize = 64;

/// The clients that send `me`, and the period of each: 200 probes per second.
const PROBES: u32 = 8;
const PERIOD: Duration = Duration::from_millis(40);

/// How long the sign-ins run before the first probe and after the last.
const AROUND: Duration = Duration::from_millis(500);

pub(crate) async fn beside_sign_ins(bench: &Bench, limit: Duration) -> Outcome<Sample> {
    let mut load = Load::open(bench.server()?.address, CLIENTS).await?;
    let mut users = bench.users.iter().cycle();
    let sign_in = || users.next().map(|user| request::sign_in_or_overloaded(&user.email));
    let probing = async {
        sleep(AROUND).await;
        idle(bench, limit).await
    };
    let (sample, _) = tokio::try_join!(probing, load.drive(limit + 2 * AROUND, sign_in))?;
    Ok(sample)
}

pub(crate) async fn idle(bench: &Bench, limit: Duration) -> Outcome<Sample> {
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
