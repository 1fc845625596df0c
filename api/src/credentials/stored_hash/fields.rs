//! The parts of a hash between its separators.

use base64::Engine;
use base64::alphabet::{self, Alphabet};
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, STANDARD, STANDARD_NO_PAD};

use super::invalid_hash::InvalidHash;

const MAX_SALT: usize = 128;

/// passlib's own alphabet: `.` in the place of `+`.
const PASSLIB: GeneralPurpose = match Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./")
{
    Ok(alphabet) => GeneralPurpose::new(&alphabet, NO_PAD),
    Err(_) => panic!("64 distinct characters"),
};

/// Some software leaves bits in the last character.
const BCRYPT: GeneralPurpose = GeneralPurpose::new(&alphabet::BCRYPT, NO_PAD.with_decode_allow_trailing_bits(true));

/// How bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Phc,
    Padded,
    Bcrypt,
    Passlib,
}

impl Encoding {
    fn engine(self) -> GeneralPurpose {
        match self {
            Self::Phc => STANDARD_NO_PAD,
            Self::Padded => STANDARD,
            Self::Bcrypt => BCRYPT,
            Self::Passlib => PASSLIB,
        }
    }

    pub(super) fn decode(self, text: &str) -> Option<Vec<u8>> {
        self.engine().decode(text).ok()
    }

    pub(super) fn encode(self, bytes: &[u8]) -> String {
        self.engine().encode(bytes)
    }

    pub(super) fn salt(self, text: &str) -> Result<Vec<u8>, InvalidHash> {
        let salt = self.decode(text).filter(|salt| (1..=MAX_SALT).contains(&salt.len()));
        salt.ok_or(InvalidHash::Malformed)
    }
}

/// Django uses the text of the salt as its bytes.
pub(super) fn text_salt(text: &str) -> Result<Vec<u8>, InvalidHash> {
    if (1..=MAX_SALT).contains(&text.len()) {
        Ok(text.as_bytes().to_vec())
    } else {
        Err(InvalidHash::Malformed)
    }
}

pub(super) fn number(text: &str) -> Result<u32, InvalidHash> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Digits that fit no number ask for too much.
    if digits {
        text.parse().map_err(|_| InvalidHash::TooExpensive)
    } else {
        Err(InvalidHash::Malformed)
    }
}

/// The value of a parameter in `name=value,name=value`.
pub(super) fn parameter(list: &str, name: &str) -> Result<u32, InvalidHash> {
    let mut values = list
        .split(',')
        .filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    number(values.next().ok_or(InvalidHash::Malformed)?)
}

/// Exactly `N` parts.
pub(super) fn parts<const N: usize>(text: &str) -> Result<[&str; N], InvalidHash> {
    let parts: Vec<_> = text.split('$').collect();
    parts.try_into().map_err(|_| InvalidHash::Malformed)
}
