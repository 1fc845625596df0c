//! The time from the start of a server to its first answer, on a database whose schema is up to date.

use crate::Outcome;
use crate::bench::Bench;
use crate::http::Connection;
use crate::report::{Goal, Line};
use crate::statistics::Spread;
use crate::stopwatch::Stopwatch;

pub(super) async fn measure(bench: &mut Bench) -> Outcome<Vec<Line>> {
    let first = bench.users.first().ok_or("no users")?.me();
    let mut took = Vec::new();
    for _ in 0..bench.options.rounds {
        let stopwatch = Stopwatch::start();
        let server = bench.api.start(&[]).await;
        let mut connection = Connection::open(server.address).await?;
        let answer = connection.ask(&first.bytes).await?;
        if !first.is_answered_by(&answer) {
            return Err(format!("the first request returned {}", answer.status).into());
        }
        took.push(stopwatch.elapsed().as_secs_f64() * 1e3);
        server.process.stop("TERM").await;
        bench.progress.step();
    }
    Ok(vec![Line {
        goal: Some(Goal::AtMost(100.0)),
        ..Line::figure("start to first answer", "ms", Spread::of(took))
    }])
}
