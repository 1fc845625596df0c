//! The `argon2` crate alone, on all cores, with memory that is allocated once.

use std::thread;
use std::time::Duration;

use api::credentials::{HashingConfig, cores};
use argon2::{Algorithm, Argon2, Block, Params, Version};

use crate::Outcome;
use crate::load::{Driven, count};
use crate::sample::Sample;
use crate::stopwatch::Stopwatch;
use crate::{cpu, seed};

/// Hashes until the limit, with the default parameters of the server.
pub(crate) async fn measure(limit: Duration) -> Outcome<Sample> {
    let HashingConfig { m_kib, t, p, .. } = HashingConfig::default();
    let params = Params::new(m_kib, t, p, None).map_err(|error| error.to_string())?;
    tokio::task::spawn_blocking(move || on_all_cores(&params, limit)).await?
}

fn on_all_cores(params: &Params, limit: Duration) -> Outcome<Sample> {
    let mut memories: Vec<_> = (0..cores())
        .map(|_| vec![Block::default(); params.block_count()])
        .collect();
    let stopwatch = Stopwatch::start();
    let threads: Vec<_> = thread::scope(|scope| {
        let started: Vec<_> = memories
            .iter_mut()
            .map(|memory| scope.spawn(|| on_one_core(params, memory, stopwatch, limit)))
            .collect();
        started.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    let took = stopwatch.elapsed();
    let (mut answers, mut used) = (0, Some(Duration::ZERO));
    for thread in threads {
        let (hashes, thread_used) = thread.map_err(|_| "a hashing thread panicked")??;
        answers += hashes;
        used = used.zip(thread_used).map(|(all, one)| all + one);
    }
    let each = used.map(|used| used.as_secs_f64() / count(answers));
    Ok(Sample {
        per_second: Driven { answers, took }.per_second(),
        server: each,
        database: None,
    })
}

fn on_one_core(
    params: &Params,
    memory: &mut [Block],
    stopwatch: Stopwatch,
    limit: Duration,
) -> Result<(usize, Option<Duration>), String> {
    let before = cpu::this_thread();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut hashes = 0;
    while stopwatch.elapsed() < limit {
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        argon2
            .hash_password_into_with_memory(seed::PASSWORD.as_bytes(), &[7; 16], &mut output, &mut *memory)
            .map_err(|error| error.to_string())?;
        hashes += 1;
    }
    let used = cpu::this_thread()
        .zip(before)
        .map(|(now, before)| now.saturating_sub(before));
    Ok((hashes, used))
}
