//! Hashes passwords with argon2id (RFC 9106) on threads of their own, each of which owns the memory of one hash.
//!
//! The strength of a new password is estimated on one more thread, one at a time for each client network: a password can
//! be made to take milliseconds, and many of them must not delay the registrations of others.

use std::net::IpAddr;
use std::thread;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use http_server::Supervisor;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

pub use super::hash_threads::Overloaded;
use super::hash_threads::{HashThreads, JOB_TIMEOUT, Place};
use super::turns::Turns;
use crate::metrics::{Metrics, QueueMetrics};
use crate::random::{self, Random};
use crate::start_error::StartError;

/// How much work a hash is, and how many run and wait at once.
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

/// One thread per core, and the parameters that the OWASP Password Storage Cheat Sheet recommends for argon2id.
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

/// A place in the queue of the hashing threads.
pub struct HashPlace(Place);

/// Hashes and verifies passwords.
#[derive(Clone)]
pub struct Hasher {
    hashing: HashThreads<Memory>,
    estimating: HashThreads<()>,
    estimate_turns: Turns,
    params: Params,
    dummy: String,
    metrics: Metrics,
}

impl Hasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// When argon2 does not accept the parameters, or a thread cannot be started.
    pub fn start(config: HashingConfig, metrics: Metrics, supervisor: &Supervisor) -> Result<Self, StartError> {
        let params = Params::new(config.m_kib, config.t, config.p, Some(Params::DEFAULT_OUTPUT_LEN))
            .map_err(StartError::HashParameters)?;
        let HashingConfig { threads, queue, .. } = config;
        let blocks = params.block_count();
        Ok(Self {
            hashing: HashThreads::start("hash", supervisor, threads, queue, metrics.hashing.clone(), move || {
                Memory::new(blocks)
            })
            .map_err(StartError::Thread)?,
            estimating: HashThreads::start("estimate", supervisor, 1, queue, QueueMetrics::default(), || ())
                .map_err(StartError::Thread)?,
            estimate_turns: Turns::default(),
            // No password has this digest, and finding that out costs as much as any hash.
            dummy: phc(&params, &[0; 16], &[0; 32]),
            params,
            metrics,
        })
    }

    /// Refuses early, before other work, what a full queue would refuse later.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub fn check_capacity(&self) -> Result<(), Overloaded> {
        if self.hashing.is_full() {
            self.count_refusal(Err(Overloaded))
        } else {
            Ok(())
        }
    }

    /// Runs an estimate of a password's strength. Another one of the same client network waits until it has ended, also
    /// if its caller leaves.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn estimate<E: Send + 'static>(
        &self,
        network: IpAddr,
        password: SecretString,
        estimate: impl FnOnce(&str) -> E + Send + 'static,
    ) -> Result<E, Overloaded> {
        let estimating = async {
            let turn = self.estimate_turns.wait(network).await;
            let job = move |(): &mut ()| {
                let estimated = estimate(password.expose_secret());
                drop(turn);
                estimated
            };
            self.estimating.run(job).await
        };
        let estimated = tokio::time::timeout(JOB_TIMEOUT, estimating).await;
        self.count_refusal(estimated.unwrap_or(Err(Overloaded)))
    }

    /// Reserves a place in the queue for a hash that is made once it is certain to be needed.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub fn reserve(&self) -> Result<HashPlace, Overloaded> {
        self.count_refusal(self.hashing.reserve().map(HashPlace))
    }

    /// Hashes a password with a new salt and the configured parameters, in a place that was reserved. Returns a PHC
    /// string.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn hash_in(
        &self,
        HashPlace(place): HashPlace,
        password: SecretString,
        random: &dyn Random,
    ) -> Result<String, Overloaded> {
        let salt: [u8; 16] = random::bytes(random);
        self.digest_in(place, password, self.params.clone(), salt.to_vec())
            .await
    }

    /// Hashes a password with the salt and parameters of another hash; without one, or if it is not argon2id, with a new
    /// salt and the configured parameters. Returns a PHC string.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn hash(
        &self,
        password: SecretString,
        salt_of: Option<String>,
        random: &dyn Random,
    ) -> Result<String, Overloaded> {
        let new_salt: [u8; 16] = random::bytes(random);
        let (params, salt) = match salt_of.as_deref().and_then(parse) {
            Some((params, salt, digest)) if digest.len() == Params::DEFAULT_OUTPUT_LEN => {
                (params, salt.as_ref().to_vec())
            }
            _ => (self.params.clone(), new_salt.to_vec()),
        };
        let HashPlace(place) = self.reserve()?;
        self.digest_in(place, password, params, salt).await
    }

    async fn digest_in(
        &self,
        place: Place,
        password: SecretString,
        params: Params,
        salt: Vec<u8>,
    ) -> Result<String, Overloaded> {
        let hash = self.hashing.run_in(place, move |memory| {
            let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
            memory.digest(&params, password.expose_secret(), &salt, &mut output);
            phc(&params, &salt, &output)
        });
        self.count_refusal(hash.await)
    }

    /// Which of these hashes is the password's: the index of the first one.
    ///
    /// Runs argon2 once, with the salt and parameters of the first hash, and compares the digest with every hash that
    /// has the same. Without any hash it does the same work, so that the time does not tell an unknown user from a wrong
    /// password.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn verify(&self, password: SecretString, hashes: Vec<String>) -> Result<Option<usize>, Overloaded> {
        let dummy = self.dummy.clone();
        let verified = self.hashing.run(move |memory| {
            let known: Vec<_> = hashes.iter().map(|hash| parse(hash)).collect();
            let first = known.iter().flatten().next().cloned().or_else(|| parse(&dummy));
            let (params, salt, expected) = first?;
            let mut output = [0; Output::MAX_LENGTH];
            let output = &mut output[..expected.len()];
            memory.digest(&params, password.expose_secret(), salt.as_ref(), output);
            known.iter().position(|hash| {
                hash.as_ref().is_some_and(|(its_params, its_salt, digest)| {
                    *its_params == params && *its_salt == salt && bool::from(output.ct_eq(digest.as_bytes()))
                })
            })
        });
        self.count_refusal(verified.await)
    }

    /// Whether a hash took less work than the configured parameters ask for.
    #[must_use]
    pub fn is_weaker(&self, hash: &str) -> bool {
        parse(hash).is_none_or(|(params, _, _)| {
            params.m_cost() < self.params.m_cost() || params.t_cost() < self.params.t_cost()
        })
    }

    fn count_refusal<T>(&self, result: Result<T, Overloaded>) -> Result<T, Overloaded> {
        if result.is_err() {
            self.metrics.hashing_refused.inc();
        }
        result
    }
}

/// The block matrix of one thread.
struct Memory(Vec<Block>);

impl Memory {
    fn new(blocks: usize) -> Self {
        Self(vec![Block::default(); blocks])
    }

    fn digest(&mut self, params: &Params, password: &str, salt: &[u8], output: &mut [u8]) {
        // A stored hash may have been made with more memory than is configured now.
        if self.0.len() < params.block_count() {
            self.0.resize(params.block_count(), Block::default());
        }
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
            .hash_password_into_with_memory(password.as_bytes(), salt, output, &mut self.0)
            .expect("argon2 accepts these lengths of parameters, salt and digest");
    }
}

fn phc(params: &Params, salt: &[u8], output: &[u8; 32]) -> String {
    PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).expect("checked parameters have a PHC form"),
        salt: Some(Salt::new(salt).expect("the salt was parsed or drawn as one")),
        hash: Some(Output::new(output).expect("32 bytes are a digest")),
    }
    .to_string()
}

fn parse(hash: &str) -> Option<(Params, Salt, Output)> {
    let hash = PasswordHash::new(hash).ok()?;
    let params = Params::try_from(&hash).ok()?;
    // What argon2 would refuse, or compute otherwise, verifies no password.
    let is_argon2id = hash.algorithm == Algorithm::Argon2id.ident() && hash.version == Some(Version::V0x13.into());
    let salt = hash.salt.filter(|salt| salt.as_ref().len() >= argon2::MIN_SALT_LEN)?;
    is_argon2id.then_some((params, salt, hash.hash?))
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::mpsc;

    use futures_util::poll;

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
        Hasher::start(config, Metrics::new(), &Supervisor::default()).expect("threads")
    }

    async fn hash(hasher: &Hasher, password: &str, salt_of: Option<&str>) -> String {
        let hash = hasher.hash(password.into(), salt_of.map(Into::into), &SystemRandom);
        hash.await.expect("a hash")
    }

    #[tokio::test]
    async fn hash_verifies_its_own_password_under_any_parameters() {
        let secret = hash(&hasher(64), "secret", None).await;
        for m_kib in [8, 64, 128] {
            let hasher = hasher(m_kib);
            for (password, expected) in [("secret", Some(0)), ("Secret", None), ("secret ", None), ("", None)] {
                let verified = hasher.verify(password.into(), vec![secret.clone()]).await;
                assert_eq!(verified, Ok(expected), "{password} {m_kib}");
            }
            assert_eq!(hasher.is_weaker(&secret), m_kib > 64);
        }
    }

    #[tokio::test]
    async fn one_digest_verifies_every_hash_of_one_salt() {
        let hasher = hasher(8);
        let user = hash(&hasher, "user", None).await;
        let decoy = hash(&hasher, "decoy", Some(&user)).await;
        let other_salt = hash(&hasher, "decoy", None).await;
        for (password, second, expected) in [
            ("user", &decoy, Some(0)),
            ("decoy", &decoy, Some(1)),
            ("wrong", &decoy, None),
            ("decoy", &other_salt, None),
        ] {
            let verified = hasher.verify(password.into(), vec![user.clone(), second.clone()]).await;
            assert_eq!(verified, Ok(expected), "{password}");
        }
    }

    #[tokio::test]
    async fn unusual_hash_panics_nowhere() {
        let short_digest = "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA";
        let short_salt = "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let old_version =
            "$argon2id$v=16$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let hasher = hasher(8);
        for unusual in [short_digest, short_salt, old_version] {
            let decoy = hash(&hasher, "decoy", Some(unusual)).await;
            assert_eq!(
                hasher.verify("decoy".into(), vec![decoy]).await,
                Ok(Some(0)),
                "{unusual}"
            );
            assert_eq!(
                hasher.verify("decoy".into(), vec![unusual.to_owned()]).await,
                Ok(None),
                "{unusual}"
            );
        }
    }

    #[tokio::test]
    async fn no_password_is_right_without_a_hash() {
        for hashes in [vec![], vec!["nonsense".to_owned()]] {
            assert_eq!(hasher(8).verify(String::new().into(), hashes).await, Ok(None));
        }
    }

    #[tokio::test]
    async fn one_network_has_one_estimate_in_the_queue() {
        let hasher = hasher(8);
        let (flood, other) = ([192, 0, 2, 0].into(), [198, 51, 100, 0].into());
        let (release, held) = mpsc::channel::<()>();
        let (ran, order) = mpsc::channel();
        let estimate = |network, name: &'static str| {
            let ran = ran.clone();
            hasher.estimate(network, "secret".into(), move |_| ran.send(name))
        };
        let mut slow = pin!(hasher.estimate(flood, "secret".into(), move |_| held.recv()));
        let mut floods = [estimate(flood, "flood"), estimate(flood, "flood")].map(Box::pin);
        let mut others = pin!(estimate(other, "other"));
        assert!(poll!(&mut slow).is_pending());
        for flood in &mut floods {
            assert!(poll!(flood).is_pending());
        }
        assert!(poll!(&mut others).is_pending());
        release.send(()).expect("the first estimate is held");
        let [first, second] = floods;
        let _ = futures_util::join!(slow, first, second, others);
        assert_eq!(order.try_iter().collect::<Vec<_>>(), ["other", "flood", "flood"]);
    }
}
