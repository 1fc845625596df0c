//! `register` of new addresses. The email is part of its cost, so a slice ends when all emails have arrived.

use std::rc::Rc;
use std::time::Duration;

use super::hashing;
use crate::Outcome;
use crate::bench::{Bench, WARM_UP};
use crate::load::Load;
use crate::processes::Delivered;
use crate::report::Line;
use crate::request;
use crate::sample::Sample;
use crate::seed::PASSWORD;

pub(super) async fn measure(bench: &mut Bench) -> Outcome<Vec<Line>> {
    let (mut samples, mut hashes) = (Vec::new(), Vec::new());
    let limit = bench.options.slice();
    slice(bench, WARM_UP).await?;
    for _ in 0..bench.options.rounds {
        samples.push(slice(bench, limit).await?.0);
        bench.progress.step();
        hashes.push(bench.hashing().await?);
        bench.progress.step();
    }
    Ok(hashing::lines("register", &samples, &hashes))
}

/// Registers until the limit, and returns the emails.
pub(super) async fn registered(bench: &mut Bench, limit: Duration) -> Outcome<Vec<Delivered>> {
    Ok(slice(bench, limit).await?.1)
}

pub(super) async fn slice(bench: &mut Bench, limit: Duration) -> Outcome<(Sample, Vec<Delivered>)> {
    let mut load = Load::open(bench.server.address, hashing::connections()).await?;
    let meter = bench.database.meter(&bench.server.process);
    let before = meter.read();
    let driven = load
        .drive(limit, || {
            let address = bench.new_address();
            Some(Rc::new(request::register(&address, PASSWORD)))
        })
        .await?;
    let mut mails = Vec::with_capacity(driven.answers);
    for _ in 0..driven.answers {
        mails.push(bench.mailbox.next().await?);
    }
    Ok((Sample::of(&driven, meter.since(before)), mails))
}
