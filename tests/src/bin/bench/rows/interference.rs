//! The latency of `me` while 64 clients keep every hashing thread busy, compared with an idle server.
//!
//! The probes are due at fixed times. A client that sends a request only after the last answer would not notice a server
//! that stalls. On a slow machine, some of the 64 clients may be told that the server is overloaded.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::try_join_all;

use crate::Outcome;
use crate::bench::Bench;
use crate::http::Connection;
use crate::load::Load;
use crate::report::{Goal, Line, Picture};
use crate::request::Request;
use crate::seed::User;
use crate::statistics::{Spread, percentile};
use crate::stopwatch::Stopwatch;

/// The clients that sign in.
const CLIENTS: usize = 64;

/// The clients that send `me`, and the period of each: 200 probes per second.
const PROBES: u32 = 8;
const PERIOD: Duration = Duration::from_millis(40);

/// How long the sign-ins run before the first probe and after the last.
const AROUND: Duration = Duration::from_millis(500);

pub(super) async fn measure(bench: &mut Bench) -> Outcome<Vec<Line>> {
    let (mut busy, mut idle) = (Vec::new(), Vec::new());
    for _ in 0..bench.options.rounds {
        busy.push(slice(bench, true).await?);
        bench.progress.step();
        idle.push(slice(bench, false).await?);
        bench.progress.step();
    }
    let percentiles = |slices: &[Vec<Duration>], percent| -> Vec<_> {
        slices.iter().filter_map(|slice| percentile(slice, percent)).collect()
    };
    let line = |percent, goal| {
        let (busy, idle) = (percentiles(&busy, percent), percentiles(&idle, percent));
        Line {
            ceiling: Some(("the same, idle".to_owned(), Spread::of(idle.clone()))),
            ratio: Spread::of(busy.iter().zip(&idle).map(|(busy, idle)| busy / idle)),
            goal: Some(goal),
            picture: Some(Picture::Latency),
            ..Line::figure(
                &format!("me beside {CLIENTS} signIn: p{percent}"),
                "ms",
                Spread::of(busy),
            )
        }
    };
    Ok(vec![line(50, Goal::RatioAtMost(1.5)), line(99, Goal::AtMost(25.0))])
}

async fn slice(bench: &Bench, busy: bool) -> Outcome<Vec<Duration>> {
    let limit = bench.options.slice();
    let address = bench.server.address;
    if !busy {
        return probe_all(bench, address, limit).await;
    }
    let mut load = Load::open(address, CLIENTS).await?;
    let mut sign_ins = bench.users.iter().cycle().map(User::sign_in_or_overloaded);
    let (probed, driven) = tokio::join!(
        async {
            tokio::time::sleep(AROUND).await;
            probe_all(bench, address, limit).await
        },
        load.drive(limit + 2 * AROUND, || sign_ins.next()),
    );
    driven?;
    probed
}

async fn probe_all(bench: &Bench, address: SocketAddr, limit: Duration) -> Outcome<Vec<Duration>> {
    let requests: Vec<_> = bench.users.iter().map(User::me).collect();
    let probes = (0..PROBES).map(|number| probe(address, &requests, limit, PERIOD * number / PROBES));
    Ok(try_join_all(probes).await?.concat())
}

/// The probes of one client. A probe that had to wait for the previous answer counts from the time when it was due.
async fn probe(
    address: SocketAddr,
    requests: &[Rc<Request>],
    limit: Duration,
    delay: Duration,
) -> Outcome<Vec<Duration>> {
    let mut connection = Connection::open(address).await?;
    let mut took = Vec::new();
    let stopwatch = Stopwatch::start();
    let (mut due, mut answered) = (delay, Duration::ZERO);
    for request in requests.iter().cycle() {
        if due >= limit {
            break;
        }
        tokio::time::sleep(due.saturating_sub(stopwatch.elapsed())).await;
        let sent = if answered > due { due } else { stopwatch.elapsed() };
        let answer = connection.ask(&request.bytes).await?;
        if !request.is_answered_by(&answer) {
            return Err(format!("a probe returned {}", answer.status).into());
        }
        answered = stopwatch.elapsed();
        took.push(answered.saturating_sub(sent));
        due += PERIOD;
    }
    Ok(took)
}
