//! How fast 5,000 mails leave that were owed all at once, beside lettre that sends as many over as many connections and
//! does nothing else.

use crate::Outcome;
use crate::bench::Bench;
use crate::ceilings;
use crate::http::Connection;
use crate::load::Driven;
use crate::report::{Goal, Line};
use crate::request;
use crate::sample::Sample;
use crate::seed::{self, PASSWORD};
use crate::stopwatch::Stopwatch;

const MAILS: usize = 5_000;

/// As many rounds of so many mails say enough.
pub(super) const ROUNDS: u8 = 3;

pub(super) async fn measure(bench: &mut Bench) -> Outcome<Vec<Line>> {
    let (mut samples, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..bench.options.rounds.min(ROUNDS) {
        samples.push(slice(bench).await?);
        bench.progress.step();
        alone.push(ceilings::mail::measure(bench.mailbox.smtp, MAILS).await?);
        bench.mails(MAILS).await?;
        bench.progress.step();
    }
    Ok(vec![Line {
        goal: Some(Goal::RatioAtLeast(0.5)),
        ..Line::rate("mails of a backlog", "lettre alone", &samples, &alone)
    }])
}

/// The mails appear in one transaction, which tells no worker. A registration right after it does, and its answer is when
/// the time begins.
async fn slice(bench: &mut Bench) -> Outcome<Sample> {
    let addresses: Vec<_> = (0..MAILS).map(|_| bench.new_address()).collect();
    let waking = request::register(&bench.new_address(), PASSWORD);
    seed::owed::mails(&bench.db, &addresses).await?;
    // Opened no sooner: the server closes a connection that says nothing at first.
    let mut connection = Connection::open(bench.server.address).await?;
    let meter = bench.database.meter(&bench.server.process);
    let before = meter.read();
    let answer = connection.ask(&waking.bytes).await?;
    if !waking.is_answered_by(&answer) {
        return Err(format!("register was answered with {}", answer.status).into());
    }
    let stopwatch = Stopwatch::start();
    bench.mails(MAILS + 1).await?;
    let driven = Driven {
        answers: MAILS + 1,
        took: stopwatch.elapsed(),
    };
    Ok(Sample::of(&driven, meter.since(before)))
}
