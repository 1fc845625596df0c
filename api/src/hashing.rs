//! Passwords are hashed here and nowhere else: argon2id (RFC 9106) on a few threads of its own.
//!
//! Each thread owns the memory that one hash needs, allocated once, and runs at a low priority, so that a flood of
//! passwords slows only passwords. In front of them stands a bounded queue: when it is full, or a job has waited past
//! its deadline, the answer is [`Overloaded`] at once.

use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use crossbeam_channel::{Receiver, Sender};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio::sync::oneshot;

use crate::metrics::Metrics;
use crate::random::{self, Random};

/// How long a job may wait and run before its caller is told that the server is overloaded.
const DEADLINE: Duration = Duration::from_secs(5);

/// More passwords came than can be hashed; trying again in a second or two can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overloaded;

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

/// The hashing threads. Dropping the last clone ends them once they are idle.
#[derive(Clone)]
pub struct Hasher {
    jobs: Sender<Job>,
    params: Params,
    dummy: String,
    metrics: Metrics,
}

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

impl Hasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// When argon2 cannot work with the parameters, or a thread cannot be started: the text says which.
    pub fn start(config: HashingConfig, metrics: Metrics) -> Result<Self, String> {
        let params = Params::new(config.m_kib, config.t, config.p, Some(Params::DEFAULT_OUTPUT_LEN))
            .map_err(|error| format!("ARGON2_M_KIB, ARGON2_T and ARGON2_P: {error}"))?;
        let (jobs, queue) = crossbeam_channel::bounded(config.queue);
        for number in 0..config.threads {
            let queue = queue.clone();
            let blocks = params.block_count();
            thread::Builder::new()
                .name(format!("hash-{number}"))
                .spawn(move || work(&queue, Memory::new(blocks)))
                .map_err(|error| format!("a hashing thread could not be started: {error}"))?;
        }
        // Nobody's password gives these 32 zero bytes, and finding out costs what every hash costs.
        let dummy = phc(&params, &[0; 16], &[0; 32]).map_err(|error| error.to_string())?;
        Ok(Self {
            jobs,
            params,
            dummy,
            metrics,
        })
    }

    /// The hash of a password under the parameters in force, as a PHC string, and before it whatever `check` has
    /// to say of the password: work that also belongs off the threads that answer requests.
    ///
    /// # Errors
    /// [`Overloaded`]; within, what `check` refused.
    ///
    /// # Panics
    /// Never: a salt and a digest of these lengths always make a PHC string.
    pub async fn hash<E: Send + 'static>(
        &self,
        password: SecretString,
        random: &dyn Random,
        check: impl FnOnce(&str) -> Result<(), E> + Send + 'static,
    ) -> Result<Result<String, E>, Overloaded> {
        let salt: [u8; 16] = random::bytes(random);
        let params = self.params.clone();
        self.run(move |memory| {
            check(password.expose_secret())?;
            let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
            memory.digest(&params, password.expose_secret(), &salt, &mut output);
            Ok(phc(&params, &salt, &output).expect("a salt and a digest of usual length make a PHC string"))
        })
        .await
    }

    /// Whether the password is the one that was hashed. With no hash to compare, the same work is done for nothing,
    /// so that the time taken does not tell an unknown user from a wrong password.
    ///
    /// # Errors
    /// [`Overloaded`].
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, Overloaded> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.dummy.clone());
        self.run(move |memory| memory.verify(password.expose_secret(), &hash) && known)
            .await
    }

    /// Whether a hash was made with less work than the parameters in force ask for.
    #[must_use]
    pub fn is_weaker(&self, hash: &str) -> bool {
        parse(hash).is_none_or(|(params, _, _)| {
            params.m_cost() < self.params.m_cost() || params.t_cost() < self.params.t_cost()
        })
    }

    /// Runs `work` on one of the threads, with that thread's memory.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, Overloaded> {
        let (answer, result) = oneshot::channel();
        let job: Job = Box::new(move |memory| {
            // Whoever asked is gone, or has waited too long: leave the processor to those who have not.
            if !answer.is_closed() {
                let _ = answer.send(work(memory));
            }
        });
        if self.jobs.try_send(job).is_err() {
            self.metrics.hashing_refused.inc();
            return Err(Overloaded);
        }
        if let Ok(Ok(value)) = tokio::time::timeout(DEADLINE, result).await {
            Ok(value)
        } else {
            self.metrics.hashing_refused.inc();
            Err(Overloaded)
        }
    }
}

/// The body of a hashing thread.
fn work(queue: &Receiver<Job>, mut memory: Memory) {
    // On Linux a nice value belongs to the thread. Elsewhere it would belong to the whole server, so it is left alone.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(10);
    for job in queue {
        // What is broken for one password must not be broken for all that follow.
        if panic::catch_unwind(AssertUnwindSafe(|| job(&mut memory))).is_err() {
            tracing::error!("a hashing job panicked");
        }
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

fn phc(params: &Params, salt: &[u8], output: &[u8]) -> Result<String, argon2::password_hash::Error> {
    Ok(PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params)?,
        salt: Some(Salt::new(salt)?),
        hash: Some(Output::new(output)?),
    }
    .to_string())
}

fn parse(hash: &str) -> Option<(Params, Salt, Output)> {
    let hash = PasswordHash::new(hash).ok()?;
    let params = Params::try_from(&hash).ok()?;
    (hash.algorithm == Algorithm::Argon2id.ident()).then_some((params, hash.salt?, hash.hash?))
}
