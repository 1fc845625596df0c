//! Computes a digest of argon2, with one crate or the other.

use argon2::Block;
use argon2_rust::params::{Memory as MemoryCost, TagLen};

use super::Argon2;

/// What argon2 digests beside the salt. An imported hash may have associated data; none has a secret.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub password: &'a [u8],
    pub secret: &'a [u8],
    pub data: &'a [u8],
}

impl<'a> Input<'a> {
    pub(super) fn password(password: &'a [u8]) -> Self {
        Self {
            password,
            secret: &[],
            data: &[],
        }
    }
}

impl Argon2 {
    /// Computes a digest with the crate `argon2`.
    pub(super) fn digest_in(&self, blocks: &mut [Block], input: Input<'_>, output: &mut [u8]) {
        let argon2 = argon2::Argon2::new(self.algorithm, self.version, self.params.clone());
        argon2
            .hash_password_into_with_memory(input.password, &self.salt, output, blocks)
            .expect("argon2 accepts these lengths of parameters, salt and digest");
    }

    /// Computes a digest with the crate `argon2-rust`, on the calling thread alone.
    pub(super) fn digest_fast(
        &self,
        hasher: &mut argon2_rust::Hasher,
        input: Input<'_>,
        output: &mut [u8],
    ) -> Result<(), argon2_rust::Error> {
        let params = argon2_rust::Params::builder()
            .memory(MemoryCost::kib(self.params.m_cost().into()))
            .passes(self.params.t_cost())
            .lanes(self.params.p_cost())
            .threads(1)
            .tag_len(TagLen::bytes(output.len() as u64))
            .build()?;
        let algorithm = match self.algorithm {
            argon2::Algorithm::Argon2d => argon2_rust::Algorithm::Argon2d,
            argon2::Algorithm::Argon2i => argon2_rust::Algorithm::Argon2i,
            argon2::Algorithm::Argon2id => argon2_rust::Algorithm::Argon2id,
        };
        let version = match self.version {
            argon2::Version::V0x10 => argon2_rust::Version::V0x10,
            argon2::Version::V0x13 => argon2_rust::Version::V0x13,
        };
        hasher.set_argon2(argon2_rust::Argon2::new(algorithm, version, params));
        hasher.hash_into_with_ad(input.password, &self.salt, input.secret, input.data, output)
    }
}

/// Its parameters are set with each digest.
pub(super) fn new_hasher() -> argon2_rust::Hasher {
    use argon2_rust::{Algorithm, Argon2, Params, Version};
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT).hasher()
}
