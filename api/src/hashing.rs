//! Passwords are hashed here and nowhere else: argon2id (RFC 9106) on threads of its own, each of which owns the memory
//! that one hash needs, allocated once.
//!
//! How strong a new password is, is estimated on yet another thread: for a long password made up for the purpose that
//! takes a second, and must then hold up registrations alone.

use std::thread;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::metrics::{Metrics, QueueMetrics};
use crate::random::{self, Random};
use crate::start_error::StartError;
pub use crate::workers::Overloaded;
use crate::workers::Workers;

/// How much work a hash is, and how much of it is done at once.
#[derive(Debug, Clone, Copy)]
pub struct HashingConfig {
    /// Threads that hash.
    pub threads: usize,
    /// Jobs that may wait.
    pub queue: usize,
    /// Memory of one hash, in KiB.
    pub m_kib: u32,
    /// Passes over that memory.
    pub t: u32,
    /// Lanes.
    pub p: u32,
}

/// One thread a core, and for a hash what OWASP recommends (Password Storage Cheat Sheet, argon2id).
impl Default for HashingConfig {
    fn default() -> Self {
        Self {
            threads: cores(),
            queue: 256,
            m_kib: 19_456,
            t: 2,
            p: 1,
        }
    }
}

/// How many threads this machine can run at once.
#[must_use]
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Hashes and compares passwords.
#[derive(Clone)]
pub struct Hasher {
    hashing: Workers<Memory>,
    estimating: Workers<()>,
    params: Params,
    dummy: String,
    metrics: Metrics,
}

impl Hasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// When argon2 does not accept the parameters, or a thread cannot be started.
    pub fn start(config: HashingConfig, metrics: Metrics) -> Result<Self, StartError> {
        let params = Params::new(config.m_kib, config.t, config.p, Some(Params::DEFAULT_OUTPUT_LEN))
            .map_err(StartError::HashParameters)?;
        let HashingConfig { threads, queue, .. } = config;
        let blocks = params.block_count();
        Ok(Self {
            hashing: Workers::start("hash", threads, queue, metrics.hashing.clone(), move || {
                Memory::new(blocks)
            })
            .map_err(StartError::Thread)?,
            estimating: Workers::start("estimate", 1, queue, QueueMetrics::default(), || ())
                .map_err(StartError::Thread)?,
            // Nobody's password gives these 32 zero bytes, and finding out costs what every hash costs.
            dummy: phc(&params, &[0; 16], &[0; 32]),
            params,
            metrics,
        })
    }

    /// Refuses at once what would be refused later, after more work.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub fn admit(&self) -> Result<(), Overloaded> {
        if self.hashing.is_full() {
            self.counted(Err(Overloaded))
        } else {
            Ok(())
        }
    }

    /// What an estimate of the password's strength says.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn estimate<E: Send + 'static>(
        &self,
        password: SecretString,
        estimate: impl FnOnce(&str) -> E + Send + 'static,
    ) -> Result<E, Overloaded> {
        let estimated = self.estimating.run(move |()| estimate(password.expose_secret())).await;
        self.counted(estimated)
    }

    /// The hash of a password under the parameters in force, as a PHC string.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn hash(&self, password: SecretString, random: &dyn Random) -> Result<String, Overloaded> {
        let salt: [u8; 16] = random::bytes(random);
        let params = self.params.clone();
        let hash = self.hashing.run(move |memory| {
            let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
            memory.digest(&params, password.expose_secret(), &salt, &mut output);
            phc(&params, &salt, &output)
        });
        self.counted(hash.await)
    }

    /// Whether the password is the one that was hashed. With no hash to compare, the same work is done for nothing,
    /// so that the time taken does not tell an unknown user from a wrong password.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, Overloaded> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.dummy.clone());
        let verified = self
            .hashing
            .run(move |memory| memory.verify(password.expose_secret(), &hash) && known);
        self.counted(verified.await)
    }

    /// Whether a hash was made with less work than the parameters in force ask for.
    #[must_use]
    pub fn is_weaker(&self, hash: &str) -> bool {
        parse(hash).is_none_or(|(params, _, _)| {
            params.m_cost() < self.params.m_cost() || params.t_cost() < self.params.t_cost()
        })
    }

    fn counted<T>(&self, done: Result<T, Overloaded>) -> Result<T, Overloaded> {
        if done.is_err() {
            self.metrics.hashing_refused.inc();
        }
        done
    }
}

/// The block matrix of one thread.
struct Memory(Vec<Block>);

impl Memory {
    fn new(blocks: usize) -> Self {
        Self(vec![Block::default(); blocks])
    }

    fn digest(&mut self, params: &Params, password: &str, salt: &[u8], output: &mut [u8]) {
        // An old hash may have been made with more memory than is configured now.
        if self.0.len() < params.block_count() {
            self.0.resize(params.block_count(), Block::default());
        }
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
            .hash_password_into_with_memory(password.as_bytes(), salt, output, &mut self.0)
            .expect("parameters, salt and digest have lengths that argon2 takes");
    }

    fn verify(&mut self, password: &str, hash: &str) -> bool {
        let Some((params, salt, expected)) = parse(hash) else {
            return false;
        };
        let mut output = [0; Output::MAX_LENGTH];
        let output = &mut output[..expected.len()];
        self.digest(&params, password, salt.as_ref(), output);
        output.ct_eq(expected.as_bytes()).into()
    }
}

fn phc(params: &Params, salt: &[u8; 16], output: &[u8; 32]) -> String {
    PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).expect("checked parameters have a PHC form"),
        salt: Some(Salt::new(salt).expect("16 bytes are a salt")),
        hash: Some(Output::new(output).expect("32 bytes are a digest")),
    }
    .to_string()
}

fn parse(hash: &str) -> Option<(Params, Salt, Output)> {
    let hash = PasswordHash::new(hash).ok()?;
    let params = Params::try_from(&hash).ok()?;
    (hash.algorithm == Algorithm::Argon2id.ident()).then_some((params, hash.salt?, hash.hash?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn hasher(m_kib: u32) -> Hasher {
        let config = HashingConfig {
            threads: 1,
            queue: 10,
            m_kib,
            t: 1,
            p: 1,
        };
        Hasher::start(config, Metrics::new()).expect("threads")
    }

    #[tokio::test]
    async fn a_hash_proves_its_own_password_whatever_the_parameters_are_now() {
        let hash = hasher(64)
            .hash("secret".to_owned().into(), &SystemRandom)
            .await
            .expect("a hash");
        for m_kib in [8, 64, 128] {
            let hasher = hasher(m_kib);
            for (password, expected) in [("secret", true), ("Secret", false), ("secret ", false), ("", false)] {
                let verified = hasher.verify(password.to_owned().into(), Some(hash.clone())).await;
                assert_eq!(verified, Ok(expected), "{password} {m_kib}");
            }
            assert_eq!(hasher.is_weaker(&hash), m_kib > 64);
        }
    }

    #[tokio::test]
    async fn without_a_hash_no_password_is_right() {
        assert_eq!(hasher(8).verify(String::new().into(), None).await, Ok(false));
        assert_eq!(
            hasher(8)
                .verify("secret".to_owned().into(), Some("nonsense".into()))
                .await,
            Ok(false)
        );
    }
}
