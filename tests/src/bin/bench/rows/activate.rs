//! `activate` with HTTP Basic: one check of a password, and an emailed code. A registration can be activated once, so each
//! slice registers its own first and does not measure that. A code lives for a minute.

use std::rc::Rc;
use std::time::Duration;

use super::{hashing, register};
use crate::Outcome;
use crate::bench::{Bench, WARM_UP};
use crate::report::Line;
use crate::request;
use crate::sample::Sample;
use crate::seed::PASSWORD;

/// The longest time for registrations, so that the first code is still valid when the last one is used.
const REGISTER_FOR: Duration = Duration::from_secs(20);

/// The lifetime of a code.
const CODE_TTL: Duration = Duration::from_mins(1);

pub(super) async fn measure(bench: &mut Bench) -> Outcome<Vec<Line>> {
    let (mut samples, mut hashes) = (Vec::new(), Vec::new());
    let limit = bench.options.slice().min(REGISTER_FOR);
    slice(bench, WARM_UP).await?;
    for _ in 0..bench.options.rounds {
        samples.push(slice(bench, limit).await?);
        bench.progress.step();
        hashes.push(bench.hashing().await?);
        bench.progress.step();
    }
    Ok(hashing::lines("activate", &samples, &hashes))
}

/// Registers until the limit, then activates all of them.
async fn slice(bench: &mut Bench, limit: Duration) -> Outcome<Sample> {
    let registered = register::registered(bench, limit).await?;
    let requests: Vec<_> = registered
        .iter()
        .map(|mail| Rc::new(request::activate(&mail.to, PASSWORD, &mail.code)))
        .collect();
    let mut requests = requests.into_iter();
    bench.server(CODE_TTL, hashing::connections(), || requests.next()).await
}
