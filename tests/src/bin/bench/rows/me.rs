//! `me` with a session on 32 connections, compared with axum with the same statement, and with axum without a database.

use std::rc::Rc;

use crate::Outcome;
use crate::bench::{Bench, WARM_UP};
use crate::ceilings::lookup::{BARE, bare_body};
use crate::report::{Goal, Line, Spreads};
use crate::request;
use crate::sample::Sample;

const CONNECTIONS: usize = 32;

pub(super) async fn measure(bench: &mut Bench) -> Outcome<Vec<Line>> {
    let (mut samples, mut lookups, mut bares) = (Vec::new(), Vec::new(), Vec::new());
    let limit = bench.options.slice();
    let requests: Vec<_> = bench.users.iter().map(crate::seed::User::me).collect();
    let bare = Rc::new(request::me(BARE, "token", bare_body()));
    let mut requests = requests.iter().cycle().cloned();
    let mut next = || requests.next();
    bench.server(WARM_UP, CONNECTIONS, &mut next).await?;
    bench.bare(WARM_UP, CONNECTIONS, &mut next).await?;
    for _ in 0..bench.options.rounds {
        samples.push(bench.server(limit, CONNECTIONS, &mut next).await?);
        bench.progress.step();
        lookups.push(bench.bare(limit, CONNECTIONS, &mut next).await?);
        bench.progress.step();
        bares.push(bench.bare(limit, CONNECTIONS, || Some(bare.clone())).await?);
        bench.progress.step();
    }
    let (lookup, no_database) = ("axum and sqlx", "axum alone");
    Ok(vec![
        Line {
            goal: Some(Goal::RatioAtLeast(0.80)),
            ..Line::cost(
                "me: processor time",
                lookup,
                &Spreads::of(&samples, &lookups, Sample::total),
            )
        },
        Line::rate("me", lookup, &samples, &lookups),
        Line::cost(
            "me: processor time",
            no_database,
            &Spreads::of(&samples, &bares, Sample::total),
        ),
        Line::rate("me", no_database, &samples, &bares),
    ])
}
