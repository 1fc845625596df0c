//! The memory of a server: after the start, after load, and while a thousand sign-ins wait.

use std::cell::Cell;
use std::time::Duration;

use super::hashing;
use crate::Outcome;
use crate::bench::Bench;
use crate::load::{Load, count};
use crate::memory;
use crate::report::{Goal, Line};
use crate::seed::User;
use crate::statistics::Spread;

/// The users that sign in at once. The queue has room for all, but one that waits too long gets OVERLOADED.
const SIGN_INS: usize = 1_000;
const QUEUE: (&str, &str) = ("HASH_QUEUE", "1024");

/// How often the memory is read.
const READ_EVERY: Duration = Duration::from_millis(20);

/// How long a thousand sign-ins may take.
const SIGN_INS_TIMEOUT: Duration = Duration::from_mins(2);

/// The memory that a server may need without its hashes, in megabytes.
const REST: f64 = 40.0;

pub(super) async fn measure(bench: &mut Bench) -> Outcome<Vec<Line>> {
    let server = bench.api.start(&[QUEUE]).await;
    let process = server.process.id();
    let limit = bench.options.slice();
    let mut sign_ins = bench.users.iter().cycle().map(User::sign_in);
    let mut mes = bench.users.iter().cycle().map(User::me);
    Load::open(server.address, 1)
        .await?
        .drive(READ_EVERY, || mes.next())
        .await?;
    let idle = memory::resident(process);
    bench.progress.step();

    let mut load = Load::open(server.address, hashing::connections()).await?;
    load.drive(limit, || mes.next()).await?;
    load.drive(limit, || sign_ins.next()).await?;
    let loaded = memory::resident(process);
    bench.progress.step();

    let mut load = Load::open(server.address, SIGN_INS).await?;
    let mut waiting = bench.users.iter().take(SIGN_INS).map(User::sign_in_or_overloaded);
    let peak = Cell::new(loaded);
    tokio::select! {
        driven = load.drive(SIGN_INS_TIMEOUT, || waiting.next()) => { driven?; }
        () = watch(process, &peak) => {}
    }
    bench.progress.step();

    let hash = f64::from(api::credentials::HashingConfig::default().m_kib) * 1024.0 / 1e6;
    let goal = Some(Goal::AtMost(REST + count(api::credentials::cores()) * hash));
    let line = |name: &str, figure: Option<f64>| Line {
        goal,
        ..Line::figure(name, "MB", figure.map(Spread::single))
    };
    Ok(vec![
        line("memory, idle", idle),
        line("memory, after load", loaded),
        line(&format!("memory, {SIGN_INS} signIn waiting"), peak.get()),
    ])
}

/// Keeps the maximum.
async fn watch(process: u32, peak: &Cell<Option<f64>>) {
    loop {
        let seen = memory::resident(process);
        peak.set(peak.get().zip(seen).map(|(peak, seen)| peak.max(seen)));
        tokio::time::sleep(READ_EVERY).await;
    }
}
