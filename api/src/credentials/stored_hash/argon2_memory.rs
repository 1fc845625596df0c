//! The memory in which a hashing thread computes argon2, and the implementation that fills it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use argon2::Block;

use super::Argon2;
use super::argon2_check::Check;
use super::argon2_digest::{Input, new_hasher};

/// Which crate computes argon2. Both give the same digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum HashImplementation {
    /// `argon2-rust`: faster, because it uses the vector instructions that the processor has.
    #[default]
    Argon2Rust,
    /// `argon2`, of the `RustCrypto` project: older, and read by more people.
    Argon2,
}

/// The memory of one thread. It is allocated by the first hash, and kept for the next ones.
pub(crate) struct Memory {
    /// The most blocks to keep. A stored hash may need more; they are freed with it.
    kept: usize,
    blocks: Vec<Block>,
    fast: Option<argon2_rust::Hasher>,
}

impl Memory {
    /// Chooses the implementation for a thread: `argon2` if `argon2-rust` fails the check.
    pub(in crate::credentials) fn new(kept: usize, implementation: HashImplementation, check: &Check) -> Self {
        Self {
            fast: match implementation {
                HashImplementation::Argon2Rust => checked_hasher(check, Argon2::digest_fast),
                HashImplementation::Argon2 => None,
            },
            ..Self::with_argon2(kept)
        }
    }

    /// Memory for the crate `argon2`.
    pub(crate) fn with_argon2(kept: usize) -> Self {
        Self {
            kept,
            blocks: Vec::new(),
            fast: None,
        }
    }

    /// Memory for `argon2-rust`, which the caller checks.
    #[cfg(feature = "testing")]
    pub(crate) fn unchecked(kept: usize) -> Self {
        Self {
            fast: Some(new_hasher()),
            ..Self::with_argon2(kept)
        }
    }

    pub(super) fn digest(&mut self, argon2: &Argon2, password: &[u8], output: &mut [u8]) {
        let input = Input {
            data: argon2.params.data(),
            ..Input::password(password)
        };
        if self.digest_fast(argon2, input, output) {
            return;
        }
        let needed = argon2.params.block_count();
        if needed > self.kept {
            return argon2.digest_in(&mut vec![Block::default(); needed], input, output);
        }
        if self.blocks.is_empty() {
            self.blocks = vec![Block::default(); self.kept];
        }
        argon2.digest_in(&mut self.blocks, input, output);
    }

    /// Computes a digest with `argon2-rust`, if that is in use. Tells whether it did.
    fn digest_fast(&mut self, argon2: &Argon2, input: Input<'_>, output: &mut [u8]) -> bool {
        let Some(mut hasher) = self.fast.take() else {
            return false;
        };
        let digest = catch_unwind(AssertUnwindSafe(|| argon2.digest_fast(&mut hasher, input, output)));
        let Ok(digest) = digest else {
            tracing::error!("argon2-rust panicked, so this thread hashes with argon2 from now on");
            return false;
        };
        if hasher.reserved_blocks() > self.kept {
            hasher.clear();
        }
        self.fast = Some(hasher);
        digest.is_ok()
    }
}

/// A hasher of `argon2-rust`, unless it computes a wrong digest.
fn checked_hasher(
    check: &Check,
    digest: impl Fn(&Argon2, &mut argon2_rust::Hasher, Input<'_>, &mut [u8]) -> Result<(), argon2_rust::Error>,
) -> Option<argon2_rust::Hasher> {
    let mut hasher = new_hasher();
    let passed = catch_unwind(AssertUnwindSafe(|| {
        check.is_passed_by(|argon2, input, output| digest(argon2, &mut hasher, input, output))
    }));
    let passed = passed.unwrap_or(false);
    if !passed {
        tracing::warn!("argon2-rust computes wrong digests on this machine, so this thread hashes with argon2");
    }
    hasher.clear();
    passed.then_some(hasher)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn hasher_with_a_wrong_digest_is_not_used() {
        let check = Check::draw(&SystemRandom);
        assert!(checked_hasher(&check, Argon2::digest_fast).is_some());
        let wrong = |argon2: &Argon2, hasher: &mut argon2_rust::Hasher, input: Input<'_>, output: &mut [u8]| {
            argon2.digest_fast(hasher, input, output)?;
            output[0] ^= 1;
            Ok(())
        };
        assert!(checked_hasher(&check, wrong).is_none());
        assert!(checked_hasher(&check, |_, _, _, _| panic!("on purpose")).is_none());
    }

    #[test]
    fn memory_of_an_expensive_hash_is_freed() {
        let params = |m_kib| argon2::Params::new(m_kib, 1, 1, None).expect("parameters");
        let check = Check::draw(&SystemRandom);
        let mut memory = Memory::new(64, HashImplementation::Argon2Rust, &check);
        for (m_kib, kept) in [(32, 32), (64, 64), (1024, 0), (16, 16)] {
            memory.digest(&Argon2::new(params(m_kib), vec![0; 16]), b"secret", &mut [0; 32]);
            let hasher = memory.fast.as_ref().expect("argon2-rust");
            assert_eq!(hasher.reserved_blocks(), kept, "{m_kib}");
        }
    }
}
