//! `signIn` of many users in turn. The limits on failed passwords take a token from each user and give it back.

use super::hashing;
use crate::Outcome;
use crate::bench::{Bench, WARM_UP};
use crate::report::Line;

pub(super) async fn measure(bench: &mut Bench) -> Outcome<Vec<Line>> {
    let (mut samples, mut hashes) = (Vec::new(), Vec::new());
    let limit = bench.options.slice();
    let connections = hashing::connections();
    let mut users = bench.users.iter().cycle();
    let mut next = || users.next().map(crate::seed::User::sign_in);
    bench.server(WARM_UP, connections, &mut next).await?;
    for _ in 0..bench.options.rounds {
        samples.push(bench.server(limit, connections, &mut next).await?);
        bench.progress.step();
        hashes.push(bench.hashing().await?);
        bench.progress.step();
    }
    Ok(hashing::lines("signIn", &samples, &hashes))
}
