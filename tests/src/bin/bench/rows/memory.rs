//! The memory of a server: when it has just started, when it has worked, and while a thousand sign-ins wait.

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

/// Who signs in at once. The queue has room for all of them; who waits too long is told that the server is overloaded.
const SIGN_INS: usize = 1_000;
const QUEUE: (&str, &str) = ("HASH_QUEUE", "1024");

/// How often the memory is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);

/// How long a thousand hashes may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a server may need beside the memory of its hashes, in megabytes.
const REST: f64 = 40.0;

pub(super) async fn measure(bench: &mut Bench) -> Outcome<Vec<Line>> {
    let server = bench.api.start(&[QUEUE]).await;
    let process = server.process.id();
    let limit = bench.options.slice();
    let mut sign_ins = bench.users.iter().cycle().map(User::sign_in);
    let mut mes = bench.users.iter().cycle().map(User::me);
    Load::open(server.address, 1).await?.drive(LOOK, || mes.next()).await?;
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
        driven = load.drive(PATIENCE, || waiting.next()) => { driven?; }
        () = watch(process, &peak) => {}
    }
    bench.progress.step();

    let hash = f64::from(api::hashing::HashingConfig::default().m_kib) * 1024.0 / 1e6;
    let goal = Some(Goal::AtMost(REST + count(api::hashing::cores()) * hash));
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

/// Keeps the greatest that is seen.
async fn watch(process: u32, peak: &Cell<Option<f64>>) {
    loop {
        let seen = memory::resident(process);
        peak.set(peak.get().zip(seen).map(|(peak, seen)| peak.max(seen)));
        tokio::time::sleep(LOOK).await;
    }
}
