//! Password hashes as the database holds them: argon2id, and those that an operator imports from other software.
//!
//! A hash is text: a setting (kind, cost, salt), then the digest. Two hashes with the same setting can be held against
//! one run of the function.

mod argon2;
mod argon2_check;
mod argon2_digest;
mod argon2_memory;
mod bcrypt;
mod fields;
mod invalid_hash;
mod pbkdf2;
mod scrypt;

use ::argon2::Params;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;

pub(super) use self::argon2::{Argon2, is_affordable};
pub(super) use self::argon2_check::Check;
pub use self::argon2_memory::HashImplementation;
pub(crate) use self::argon2_memory::Memory;
use self::bcrypt::Bcrypt;
use self::fields::Encoding;
pub use self::invalid_hash::InvalidHash;
use self::pbkdf2::Pbkdf2;
use self::scrypt::Scrypt;

/// Before the text of a hash that is bound to the whole password.
const BOUND: &str = "bound:";

/// The shortest digest: with fewer bits, a wrong password could fit by chance.
const MIN_DIGEST: usize = 16;
const MAX_DIGEST: usize = 64;
/// No hash of a known kind is longer.
const MAX_TEXT: usize = 512;

/// Checks that the server can verify passwords against a hash.
///
/// # Errors
/// [`InvalidHash`].
pub(crate) fn check_hash(text: &str) -> Result<(), InvalidHash> {
    let hash = StoredHash::parse(text)?;
    if hash.is_bound {
        return Err(InvalidHash::UnknownKind);
    }
    Ok(())
}

/// A parsed hash.
#[derive(Clone)]
pub(crate) struct StoredHash {
    /// Everything before the digest.
    setting: String,
    function: Function,
    encoding: Encoding,
    /// Whether every byte of the password counts although the function ignores some: see [`Self::bind`].
    is_bound: bool,
    pub digest: Vec<u8>,
}

#[derive(Clone)]
enum Function {
    Argon2(Argon2),
    Bcrypt(Bcrypt),
    Scrypt(Scrypt),
    Pbkdf2(Pbkdf2),
}

impl StoredHash {
    /// argon2id as this server writes it.
    pub(super) fn argon2id(argon2: Argon2, digest: Vec<u8>) -> Self {
        Self {
            setting: argon2.setting(),
            function: Function::Argon2(argon2),
            encoding: Encoding::Phc,
            is_bound: false,
            digest,
        }
    }

    /// The same setting, for a decoy. Two passwords have one digest if bcrypt cuts them, or if they differ in NULs at
    /// the end (HMAC, so PBKDF2 and scrypt). A decoy that took both would not answer like the argon2id hash of an
    /// unknown address.
    pub(super) fn for_decoy(self) -> Self {
        let is_bound = !matches!(self.function, Function::Argon2(_));
        Self { is_bound, ..self }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, InvalidHash> {
        // PostgreSQL stores no NUL.
        if text.len() > MAX_TEXT || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidHash::Malformed);
        }
        let (text, is_bound) = match text.strip_prefix(BOUND) {
            Some(text) => (text, true),
            None => (text, false),
        };
        let (function, encoding) = Function::parse(text)?;
        let digest_at = match &function {
            Function::Bcrypt(_) => text.len().checked_sub(bcrypt::DIGEST_TEXT),
            _ => text.rfind('$').map(|at| at + 1),
        };
        let (setting, digest) = digest_at
            .and_then(|at| text.split_at_checked(at))
            .ok_or(InvalidHash::Malformed)?;
        let digest = encoding.decode(digest).ok_or(InvalidHash::Malformed)?;
        if !(MIN_DIGEST..=MAX_DIGEST).contains(&digest.len()) {
            return Err(InvalidHash::Malformed);
        }
        if let Function::Pbkdf2(pbkdf2) = &function {
            pbkdf2.check_cost(digest.len())?;
        }
        Ok(Self {
            setting: setting.to_owned(),
            function,
            encoding,
            is_bound,
            digest,
        })
    }

    /// The digest of a password under this setting.
    pub(crate) fn digest_of(&self, password: &str, memory: &mut Memory) -> Vec<u8> {
        let (password, mut output) = (password.as_bytes(), vec![0; self.digest.len()]);
        match &self.function {
            Function::Argon2(argon2) => memory.digest(argon2, password, &mut output),
            Function::Bcrypt(bcrypt) => bcrypt.digest(password, &mut output),
            Function::Scrypt(scrypt) => scrypt.digest(password, &mut output),
            Function::Pbkdf2(pbkdf2) => pbkdf2.digest(password, &mut output),
        }
        output
    }

    pub(super) fn has_setting_of(&self, other: &Self) -> bool {
        self.setting == other.setting
    }

    /// The text of the hash with this setting and another digest.
    pub(super) fn with_digest(&self, digest: &[u8]) -> String {
        let bound = if self.is_bound { BOUND } else { "" };
        format!("{bound}{}{}", self.setting, self.encoding.encode(digest))
    }

    /// What this hash holds of the digest of a password: the digest, or a keyed hash (HMAC-SHA-512) of the whole
    /// password with the digest as the key.
    pub(super) fn bind(&self, digest: &[u8], password: &str) -> Vec<u8> {
        if !self.is_bound {
            return digest.to_vec();
        }
        let mut mac = Hmac::<Sha512>::new_from_slice(digest).expect("HMAC takes a key of any length");
        mac.update(password.as_bytes());
        mac.finalize().into_bytes()[..digest.len()].to_vec()
    }

    /// The parameters, if it is argon2id as this server writes it.
    pub(super) fn argon2id_params(&self) -> Option<Params> {
        match &self.function {
            Function::Argon2(argon2) if self.setting.starts_with("$argon2id$v=19$") => Some(argon2.params.clone()),
            _ => None,
        }
    }
}

impl Function {
    fn parse(text: &str) -> Result<(Self, Encoding), InvalidHash> {
        let (kind, rest) = text.split_once('$').ok_or(InvalidHash::UnknownKind)?;
        // PHC strings and those of crypt(3) begin with the separator; Django puts a name before it.
        match kind {
            "" if rest.starts_with("argon2") => Self::argon2(text),
            "" if rest.starts_with('2') => Self::bcrypt(text, false),
            "" if rest.starts_with("scrypt$") => Ok((Self::Scrypt(Scrypt::parse_phc(text)?), Encoding::Phc)),
            "" if rest.starts_with("pbkdf2-") => {
                let (pbkdf2, encoding) = Pbkdf2::parse_phc(rest)?;
                Ok((Self::Pbkdf2(pbkdf2), encoding))
            }
            "argon2" => Self::argon2(text.strip_prefix("argon2").unwrap_or(text)),
            "bcrypt" => Self::bcrypt(rest, false),
            "bcrypt_sha256" => Self::bcrypt(rest, true),
            "scrypt" => Ok((Self::Scrypt(Scrypt::parse_django(rest)?), Encoding::Padded)),
            _ if kind.starts_with("pbkdf2_") => Ok((Self::Pbkdf2(Pbkdf2::parse_django(text)?), Encoding::Padded)),
            _ => Err(InvalidHash::UnknownKind),
        }
    }

    fn argon2(text: &str) -> Result<(Self, Encoding), InvalidHash> {
        Ok((Self::Argon2(Argon2::parse(text)?), Encoding::Phc))
    }

    fn bcrypt(text: &str, of_sha256: bool) -> Result<(Self, Encoding), InvalidHash> {
        Ok((Self::Bcrypt(Bcrypt::parse(text, of_sha256)?), Encoding::Bcrypt))
    }
}

#[cfg(test)]
mod tests;
