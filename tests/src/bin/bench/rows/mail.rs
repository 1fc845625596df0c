//! The time from the answer of `register` to the arrival of the email in mailer-mock, for one client that does nothing
//! else.

use crate::Outcome;
use crate::bench::{Bench, WARM_UP};
use crate::http::Connection;
use crate::report::{Goal, Line};
use crate::request;
use crate::seed::PASSWORD;
use crate::statistics::{Spread, percentile};
use crate::stopwatch::Stopwatch;

pub(super) async fn measure(bench: &mut Bench) -> Outcome<Vec<Line>> {
    let limit = bench.options.slice();
    let mut slices = Vec::new();
    slice(bench, WARM_UP).await?;
    for _ in 0..bench.options.rounds {
        slices.push(slice(bench, limit).await?);
        bench.progress.step();
    }
    let line = |percent, goal| {
        let figures = slices.iter().filter_map(|slice| percentile(slice, percent));
        Line {
            goal,
            ..Line::figure(&format!("register to email: p{percent}"), "ms", Spread::of(figures))
        }
    };
    Ok(vec![line(50, Some(Goal::AtMost(10.0))), line(99, None)])
}

async fn slice(bench: &mut Bench, limit: std::time::Duration) -> Outcome<Vec<std::time::Duration>> {
    let mut connection = Connection::open(bench.server.address).await?;
    let mut took = Vec::new();
    let slice = Stopwatch::start();
    while slice.elapsed() < limit {
        let address = bench.new_address();
        let request = request::register(&address, PASSWORD);
        let answer = connection.ask(&request.bytes).await?;
        if !request.is_answered_by(&answer) {
            return Err(format!("register returned {}", answer.status).into());
        }
        let answered = Stopwatch::start();
        let mail = bench.mailbox.next().await?;
        took.push(answered.elapsed());
        if mail.to != address {
            return Err(format!("an email to {} instead of {address}", mail.to).into());
        }
    }
    Ok(took)
}
