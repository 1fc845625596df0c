//! PBKDF2 (RFC 8018) with HMAC-SHA-256 or HMAC-SHA-512: `$pbkdf2-sha256$i=…$salt$digest`, passlib's
//! `$pbkdf2-sha256$29000$salt$digest`, or Django's `pbkdf2_sha256$600000$salt$digest`.

use pbkdf2::pbkdf2_hmac;
use sha2::{Sha256, Sha512};

use super::fields::{Encoding, number, parameter, parts, text_salt};
use super::invalid_hash::InvalidHash;

/// Iterations of all blocks of a digest: one or two seconds.
const MAX_ITERATIONS: u64 = 5_000_000;

/// Hash function, iterations and salt.
#[derive(Clone)]
pub(super) struct Pbkdf2 {
    hash: Hash,
    iterations: u32,
    salt: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha512,
}

impl Hash {
    fn parse(name: &str) -> Result<Self, InvalidHash> {
        match name {
            "sha256" => Ok(Self::Sha256),
            "sha512" => Ok(Self::Sha512),
            _ => Err(InvalidHash::UnknownKind),
        }
    }

    fn size(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

impl Pbkdf2 {
    /// `rest` is what follows the first separator.
    pub(super) fn parse_phc(rest: &str) -> Result<(Self, Encoding), InvalidHash> {
        let (name, _) = rest.split_once('$').ok_or(InvalidHash::Malformed)?;
        let hash = Hash::parse(name.strip_prefix("pbkdf2-").unwrap_or_default())?;
        let [_, params, salt, _] = parts(rest)?;
        let (iterations, encoding) = if params.contains('=') {
            (parameter(params, "i")?, Encoding::Phc)
        } else {
            (number(params)?, Encoding::Passlib)
        };
        let salt = encoding.salt(salt)?;
        Ok((Self { hash, iterations, salt }, encoding))
    }

    pub(super) fn parse_django(text: &str) -> Result<Self, InvalidHash> {
        let (name, _) = text.split_once('$').ok_or(InvalidHash::Malformed)?;
        let hash = Hash::parse(name.strip_prefix("pbkdf2_").unwrap_or_default())?;
        let [_, iterations, salt, _] = parts(text)?;
        Ok(Self {
            hash,
            iterations: number(iterations)?,
            salt: text_salt(salt)?,
        })
    }

    /// Each block of the digest takes all iterations.
    pub(super) fn check_cost(&self, digest: usize) -> Result<(), InvalidHash> {
        let blocks = digest.div_ceil(self.hash.size()) as u64;
        match u64::from(self.iterations) * blocks {
            0 => Err(InvalidHash::Malformed),
            work if work > MAX_ITERATIONS => Err(InvalidHash::TooExpensive),
            _ => Ok(()),
        }
    }

    pub(super) fn digest(&self, password: &[u8], output: &mut [u8]) {
        match self.hash {
            Hash::Sha256 => pbkdf2_hmac::<Sha256>(password, &self.salt, self.iterations, output),
            Hash::Sha512 => pbkdf2_hmac::<Sha512>(password, &self.salt, self.iterations, output),
        }
    }
}
