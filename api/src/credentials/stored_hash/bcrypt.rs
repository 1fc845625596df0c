//! bcrypt, as crypt(3) and Django write it: `$2b$12$`, 22 characters of salt, 31 of digest.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::fields::{Encoding, number, parts};
use super::invalid_hash::InvalidHash;

/// Characters of the digest: 23 bytes.
pub(super) const DIGEST_TEXT: usize = 31;
const SALT_TEXT: usize = 22;
/// Each step doubles the time; this one takes about two seconds.
const MAX_COST: u32 = 14;
/// bcrypt reads no more of a password.
const MAX_PASSWORD: usize = 72;

/// Cost and salt.
#[derive(Clone)]
pub(super) struct Bcrypt {
    cost: u32,
    salt: [u8; 16],
    /// Whether the password is first hashed, as Django's `bcrypt_sha256` does.
    of_sha256: bool,
}

impl Bcrypt {
    pub(super) fn parse(text: &str, of_sha256: bool) -> Result<Self, InvalidHash> {
        let ["", version, cost, rest] = parts(text)? else {
            return Err(InvalidHash::Malformed);
        };
        // `$2$` and `$2x$` are versions with errors.
        if !["2a", "2b", "2y"].contains(&version) {
            return Err(InvalidHash::UnknownKind);
        }
        let (salt, _) = rest
            .split_at_checked(SALT_TEXT)
            .filter(|(_, digest)| digest.len() == DIGEST_TEXT)
            .ok_or(InvalidHash::Malformed)?;
        let cost = match number(cost)? {
            0..4 => return Err(InvalidHash::Malformed),
            cost if cost > MAX_COST => return Err(InvalidHash::TooExpensive),
            cost => cost,
        };
        let salt = Encoding::Bcrypt.salt(salt)?;
        Ok(Self {
            cost,
            salt: salt.try_into().map_err(|_| InvalidHash::Malformed)?,
            of_sha256,
        })
    }

    pub(super) fn digest(&self, password: &[u8], output: &mut [u8]) {
        let digest = if self.of_sha256 {
            self.digest_bytes(&hex_of_sha256(password))
        } else {
            self.digest_bytes(password)
        };
        // The standard drops the last byte.
        output.copy_from_slice(&digest[..output.len()]);
    }

    /// As every implementation in C: the password ends at its first NUL or after 72 bytes, its NUL included.
    fn digest_bytes(&self, password: &[u8]) -> [u8; 24] {
        let before_nul = password.iter().take_while(|byte| **byte != 0);
        let key: Vec<u8> = before_nul.copied().chain([0]).take(MAX_PASSWORD).collect();
        bcrypt::bcrypt(self.cost, self.salt, &key)
    }
}

fn hex_of_sha256(password: &[u8]) -> Vec<u8> {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(password) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex.into_bytes()
}
