//! How fast the server sends 5,000 emails that are due at once, compared with lettre alone on as many connections.

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

/// A few rounds of so many emails are enough.
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
        ..Line::rate("backlog of emails", "lettre alone", &samples, &alone)
    }])
}

/// One transaction writes the emails, but signals no worker. The registration after it does, and the time starts with its
/// answer.
async fn slice(bench: &mut Bench) -> Outcome<Sample> {
    let addresses: Vec<_> = (0..MAILS).map(|_| bench.new_address()).collect();
    let registration = request::register(&bench.new_address(), PASSWORD);
    seed::owed::mails(&bench.db, &addresses).await?;
    // Not opened earlier, because the server closes a connection that sends nothing.
    let mut connection = Connection::open(bench.server.address).await?;
    let meter = bench.database.meter(&bench.server.process);
    let before = meter.read();
    let answer = connection.ask(&registration.bytes).await?;
    if !registration.is_answered_by(&answer) {
        return Err(format!("register returned {}", answer.status).into());
    }
    let stopwatch = Stopwatch::start();
    bench.mails(MAILS + 1).await?;
    let driven = Driven {
        answers: MAILS + 1,
        took: stopwatch.elapsed(),
    };
    Ok(Sample::of(&driven, meter.since(before)))
}
