//! argon2 alone, on all cores, with memory that is allocated once: the `argon2` crate, and the faster `argon2-rust`.

use std::sync::Barrier;
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use api::credentials::{HashingConfig, cores};
use argon2_rust::params::Memory;

use crate::meter::{self, Stopwatch};
use crate::sample::Sample;
use tests::Outcome;

const SALT: &[u8] = &[7; 16];

type Digest = [u8; argon2::Params::DEFAULT_OUTPUT_LEN];
type Hash = Box<dyn FnMut() -> Outcome<Digest>>;

/// A function that hashes the password with the default parameters of the server.
pub(crate) type Implementation = fn() -> Outcome<Hash>;

/// The `argon2` crate.
pub(crate) fn argon2() -> Outcome<Hash> {
    let HashingConfig { m_kib, t, p, .. } = HashingConfig::default();
    let params = argon2::Params::new(m_kib, t, p, None).map_err(|error| error.to_string())?;
    let mut memory = vec![argon2::Block::default(); params.block_count()];
    let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    Ok(Box::new(move || {
        let mut digest = Digest::default();
        let hashed = argon2.hash_password_into_with_memory(tests::PASSWORD.as_bytes(), SALT, &mut digest, &mut memory);
        hashed.map_err(|error| error.to_string())?;
        Ok(digest)
    }))
}

/// The `argon2-rust` crate.
pub(crate) fn argon2_rust() -> Outcome<Hash> {
    let mut hasher = fast()?.hasher();
    Ok(Box::new(move || {
        let mut digest = Digest::default();
        let done = hasher.hash_into(tests::PASSWORD.as_bytes(), SALT, &mut digest);
        done.map_err(|error| error.to_string())?;
        Ok(digest)
    }))
}

fn fast() -> Outcome<argon2_rust::Argon2> {
    let HashingConfig { m_kib, t, p, .. } = HashingConfig::default();
    let params = argon2_rust::Params::builder()
        .memory(Memory::kib(m_kib.into()))
        .passes(t)
        .lanes(p)
        .build();
    let params = params.map_err(|error| error.to_string())?;
    Ok(argon2_rust::Argon2::new(
        argon2_rust::Algorithm::Argon2id,
        argon2_rust::Version::V0x13,
        params,
    ))
}

/// The password's hash as the database holds it.
pub(crate) fn stored() -> Outcome<String> {
    let encoded = fast()?.hash_encoded(tests::PASSWORD.as_bytes(), SALT);
    Ok(encoded.map_err(|error| error.to_string())?)
}

/// Whether both crates do the same work.
///
/// # Errors
/// When their digests differ.
pub(crate) fn check_digests() -> Outcome<()> {
    if argon2()?()? == argon2_rust()?()? {
        return Ok(());
    }
    Err("argon2 and argon2-rust compute different digests".into())
}

/// Hashes until the limit.
pub(crate) async fn measure(implementation: Implementation, limit: Duration) -> Outcome<Sample> {
    tokio::task::spawn_blocking(move || on_all_cores(implementation, limit)).await?
}

fn on_all_cores(implementation: Implementation, limit: Duration) -> Outcome<Sample> {
    let ready = Barrier::new(cores());
    let mut all = (0, Duration::ZERO, Duration::ZERO);
    let threads: Vec<_> = thread::scope(|scope| {
        let started: Vec<_> = (0..cores())
            .map(|_| scope.spawn(|| on_one_core(implementation, &ready, limit)))
            .collect();
        started.into_iter().map(ScopedJoinHandle::join).collect()
    });
    for thread in threads {
        let (hashes, took, cpu) = thread.map_err(|_| "a hashing thread panicked")??;
        all = (all.0 + hashes, all.1.max(took), all.2 + cpu);
    }
    let (hashes, took, cpu) = all;
    Ok(Sample::of_answers(hashes, took, Some(cpu), None))
}

/// The number of hashes, and what they took.
fn on_one_core(
    implementation: Implementation,
    ready: &Barrier,
    limit: Duration,
) -> Outcome<(usize, Duration, Duration)> {
    let mut hash = implementation()?;
    // The first one touches the memory.
    hash()?;
    ready.wait();
    let (stopwatch, before) = (Stopwatch::start(), meter::this_thread());
    let mut hashes = 0;
    while stopwatch.elapsed() < limit {
        hash()?;
        hashes += 1;
    }
    Ok((hashes, stopwatch.elapsed(), meter::this_thread().saturating_sub(before)))
}
