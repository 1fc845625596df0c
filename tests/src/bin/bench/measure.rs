//! The loop that measures a slice.

use std::time::Duration;

use crate::bench::Bench;
use crate::sample::Sample;
use crate::slice::{Samples, Slice};
use crate::{email, flows, hashing, rows};
use tests::Outcome;

/// How long a slice runs before it is measured, so that connections are open and memory is touched.
const WARM_UP: Duration = Duration::from_millis(500);

/// Measures a slice by turns with all that its rows are compared with, on a server that has just been started.
pub(crate) async fn by_turns(bench: &mut Bench, slice: Slice) -> Outcome<Samples> {
    let settings = match slice {
        Slice::Email => vec![("SMTP_URL", format!("smtp://{}", bench.sink.address))],
        Slice::Memory => vec![("HASH_QUEUE", (flows::SIGN_INS + 24).to_string())],
        _ => vec![],
    };
    bench.restart(&settings).await;
    if let (Slice::Scale, Some(users)) = (slice, bench.options.scale) {
        bench.start_many(users).await?;
    }
    let (slices, limit) = (rows::by_turns(slice), bench.options.limit());
    let mut samples = Samples::new();
    if !matches!(slice, Slice::Backlog | Slice::Memory | Slice::Start) {
        for slice in &slices {
            measure(*slice, bench, WARM_UP).await?;
        }
    }
    let rounds = match slice {
        Slice::Backlog => bench.options.rounds().min(3),
        Slice::Memory => 1,
        _ => bench.options.rounds(),
    };
    for _ in 0..rounds {
        for slice in &slices {
            samples
                .entry(*slice)
                .or_default()
                .push(measure(*slice, bench, limit).await?);
        }
    }
    Ok(samples)
}

async fn measure(slice: Slice, bench: &mut Bench, limit: Duration) -> Outcome<Sample> {
    match slice {
        Slice::Argon2 => hashing::measure(hashing::argon2, limit).await,
        Slice::Argon2Rust => hashing::measure(hashing::argon2_rust, limit).await,
        Slice::SignIn => flows::sign_in(bench, limit).await,
        Slice::Register => flows::register(bench, limit).await,
        Slice::Activate => flows::activate(bench, limit).await,
        Slice::ActivateBasic => flows::activate_basic(bench, limit).await,
        Slice::Me => flows::me(bench, bench.server()?, limit).await,
        Slice::AxumSqlx => flows::me(bench, &bench.axum, limit).await,
        Slice::Axum => flows::axum(bench, limit).await,
        Slice::Scale => flows::me_of_many(bench, limit).await,
        Slice::MeBeside => flows::me_beside_sign_ins(bench, limit).await,
        Slice::MeIdle => flows::me_latency(bench, limit).await,
        Slice::Email => email::after_registration(bench, limit).await,
        Slice::LettreLate => email::lettre_to_sink(&mut bench.sink, limit).await,
        Slice::Backlog => Ok(email::backlog(bench, email::BACKLOG).await?.0),
        Slice::Lettre => email::lettre_backlog(bench).await,
        Slice::Memory => flows::memory(bench, limit).await,
        Slice::Start => flows::start(bench).await,
    }
}
