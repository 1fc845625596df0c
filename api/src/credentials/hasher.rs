//! Hashes passwords with argon2id (RFC 9106) on threads of their own, each of which owns the memory of one hash. Also
//! verifies imported hashes of other kinds, until the first sign-in replaces them.

use std::thread;

use argon2::Params;
use http_server::Supervisor;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::stored_hash::{Argon2, Check, HashImplementation, Memory, StoredHash, is_affordable};
use super::worker_pool::{Overloaded, Permit, WorkerPool};
use crate::metrics::Metrics;
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
    /// What computes argon2.
    pub implementation: HashImplementation,
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
            implementation: HashImplementation::default(),
        }
    }
}

/// How many threads this machine can run at once.
#[must_use]
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// A place in the queue of the hashing threads.
pub struct HashPermit(Permit);

/// Hashes and verifies passwords.
#[derive(Clone)]
pub struct Hasher {
    hashing: WorkerPool<Memory>,
    params: Params,
    dummy: StoredHash,
    metrics: Metrics,
}

impl Hasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// When argon2 does not accept the parameters, or a thread cannot be started.
    pub fn start(
        config: HashingConfig,
        random: &dyn Random,
        metrics: Metrics,
        supervisor: &Supervisor,
    ) -> Result<Self, StartError> {
        let params = Params::new(config.m_kib, config.t, config.p, Some(Params::DEFAULT_OUTPUT_LEN))
            .map_err(StartError::HashParameters)?;
        if !is_affordable(&params) {
            return Err(StartError::HashTooExpensive);
        }
        let HashingConfig {
            threads,
            queue,
            implementation,
            ..
        } = config;
        let (blocks, check) = (params.block_count(), Check::draw(random));
        Ok(Self {
            hashing: WorkerPool::start("hash", supervisor, threads, queue, metrics.hashing.clone(), move || {
                Memory::new(blocks, implementation, &check)
            })
            .map_err(StartError::Thread)?,
            // No password has this digest, and finding that out costs as much as any hash.
            dummy: StoredHash::argon2id(
                Argon2::new(params.clone(), vec![0; 16]),
                vec![0; Params::DEFAULT_OUTPUT_LEN],
            ),
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
            self.count_overload(Err(Overloaded))
        } else {
            Ok(())
        }
    }

    /// Reserves a place in the queue for a hash that is made once it is certain to be needed.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub fn reserve(&self) -> Result<HashPermit, Overloaded> {
        self.count_overload(self.hashing.reserve().map(HashPermit))
    }

    /// Hashes a password with a new salt and the configured parameters, in a place that was reserved. Returns a PHC
    /// string.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn hash_in(
        &self,
        HashPermit(permit): HashPermit,
        password: SecretString,
        random: &dyn Random,
    ) -> Result<String, Overloaded> {
        self.digest_in(permit, password, self.new_setting(random)).await
    }

    /// Hashes a password with the setting of another hash: its kind, cost and salt. Without one, with argon2id, a new
    /// salt and the configured parameters. The hash fits this password only, whatever the kind ignores.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn hash(
        &self,
        password: SecretString,
        salt_of: Option<String>,
        random: &dyn Random,
    ) -> Result<String, Overloaded> {
        let known = salt_of.and_then(|hash| StoredHash::parse(&hash).ok());
        let setting = known.map_or_else(|| self.new_setting(random), StoredHash::for_decoy);
        let HashPermit(permit) = self.reserve()?;
        self.digest_in(permit, password, setting).await
    }

    /// argon2id with the configured parameters and a new salt.
    fn new_setting(&self, random: &dyn Random) -> StoredHash {
        let salt: [u8; 16] = random::bytes(random);
        let argon2 = Argon2::new(self.params.clone(), salt.to_vec());
        StoredHash::argon2id(argon2, vec![0; Params::DEFAULT_OUTPUT_LEN])
    }

    async fn digest_in(
        &self,
        permit: Permit,
        password: SecretString,
        setting: StoredHash,
    ) -> Result<String, Overloaded> {
        let hash = self.hashing.run_in(permit, move |memory| {
            let digest = setting.digest_of(password.expose_secret(), memory);
            setting.with_digest(&setting.bind(&digest, password.expose_secret()))
        });
        self.count_overload(hash.await)
    }

    /// Returns the index of the first of these hashes that matches the password.
    ///
    /// Runs the function of the first hash once, with its cost and salt, and compares the digest with every hash that
    /// has the same. Without any hash it runs argon2id with the configured parameters, so that the time does not tell
    /// an unknown user from a wrong password.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn verify(&self, password: SecretString, hashes: Vec<String>) -> Result<Option<usize>, Overloaded> {
        let dummy = self.dummy.clone();
        let verified = self.hashing.run(move |memory| {
            let known: Vec<_> = hashes.iter().map(|hash| StoredHash::parse(hash).ok()).collect();
            let first = known.iter().flatten().next().unwrap_or(&dummy);
            let digest = first.digest_of(password.expose_secret(), memory);
            known.iter().position(|hash| {
                hash.as_ref().is_some_and(|hash| {
                    let held = hash.bind(&digest, password.expose_secret());
                    hash.has_setting_of(first) && bool::from(held.ct_eq(&hash.digest))
                })
            })
        });
        self.count_overload(verified.await)
    }

    /// Whether a hash is not argon2id, or took less work than the configured parameters ask for.
    #[must_use]
    pub fn is_weaker(&self, hash: &str) -> bool {
        let hash = StoredHash::parse(hash).ok();
        hash.and_then(|hash| hash.argon2id_params())
            .is_none_or(|params| params.m_cost() < self.params.m_cost() || params.t_cost() < self.params.t_cost())
    }

    /// Keeps one thread busy until the sender is dropped, so that a test decides when the next hashes run.
    #[cfg(feature = "testing")]
    pub async fn hold(&self) -> std::sync::mpsc::Sender<()> {
        self.hashing.hold().await
    }

    fn count_overload<T>(&self, result: Result<T, Overloaded>) -> Result<T, Overloaded> {
        if result.is_err() {
            self.metrics.hashing_refused.inc();
        }
        result
    }
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
            ..HashingConfig::default()
        };
        Hasher::start(config, &SystemRandom, Metrics::new(), &Supervisor::default()).expect("threads")
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

    #[test]
    fn expensive_parameters_end_the_start() {
        for (m_kib, t, is_allowed) in [(262_144, 8, true), (262_145, 1, false), (262_144, 9, false)] {
            let config = HashingConfig {
                threads: 0,
                queue: 0,
                m_kib,
                t,
                p: 1,
                ..HashingConfig::default()
            };
            let started = Hasher::start(config, &SystemRandom, Metrics::new(), &Supervisor::default());
            assert_eq!(started.is_ok(), is_allowed, "{m_kib} {t}");
        }
    }

    #[tokio::test]
    async fn no_password_is_right_without_a_hash() {
        for hashes in [vec![], vec!["nonsense".to_owned()]] {
            assert_eq!(hasher(8).verify(String::new().into(), hashes).await, Ok(None));
        }
    }
}
