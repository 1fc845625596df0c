//! Mailed codes: digits that are derived from a draw, and kept nowhere.

use std::fmt;

use entity::Purpose;
use sea_orm::prelude::Uuid;
use subtle::ConstantTimeEq;

use crate::keys::Key;
use crate::random::{self, Random};

/// The fewest digits that a code has.
pub const MIN_LENGTH: u8 = 4;
/// The most digits that a code has.
pub const MAX_LENGTH: u8 = 8;

/// What the digits of a code are derived from, with a key that is not in the database.
pub(crate) type Draw = [u8; 32];

/// A new draw.
pub(crate) fn draw(random: &dyn Random) -> Draw {
    random::bytes(random)
}

/// A code of 4 to 8 ASCII digits, with its leading zeros: `0042` is one.
#[derive(Clone)]
pub struct Code(String);

/// The text is not 4 to 8 ASCII digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidCode;

impl Code {
    /// Reads a code as a person typed it.
    ///
    /// # Errors
    /// [`InvalidCode`].
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        let lengths = usize::from(MIN_LENGTH)..=usize::from(MAX_LENGTH);
        let digits = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| Self(text.to_owned())).ok_or(InvalidCode)
    }

    /// The code that belongs to a draw: HMAC-SHA-256 over purpose, user and draw, its first 128 bits reduced to the
    /// digits. Of 2¹²⁸ values, the share that falls on one code differs from another's by less than one in 10³⁰.
    #[must_use]
    pub(crate) fn derive(key: &Key, purpose: Purpose, user: Uuid, draw: &[u8], digits: u8) -> Self {
        let label: &[u8] = match purpose {
            Purpose::Activation => b"activation",
        };
        let tag = key.tag(&[label, user.as_bytes(), draw, &[digits]]);
        let number = tag[..16].iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        let width = usize::from(digits);
        Self(format!("{:0width$}", number % 10_u128.pow(u32::from(digits))))
    }

    /// Whether both are the same code, in a time that does not tell how much of them is.
    #[must_use]
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    /// The digits, for the mail.
    #[must_use]
    pub(crate) fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keys;

    fn keys(secret: u8) -> Keys {
        Keys::derive(&vec![secret; 32].into())
    }

    #[test]
    fn four_to_eight_ascii_digits_are_a_code() {
        for text in ["0042", "4466", "00000000", "123456"] {
            assert!(Code::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "42",
            "042",
            "123456789",
            "12 34",
            " 1234",
            "12a4",
            "-123",
            "+123",
            "１２３４",
            "٠٠٤٢",
        ] {
            assert!(Code::parse(text).is_err(), "{text}");
        }
        assert!(Code::parse(&"1".repeat(10_000)).is_err());
    }

    #[test]
    fn every_code_is_equally_likely_and_keeps_its_zeros() {
        let keys = keys(1);
        let mut by_first_digit = [0_u32; 10];
        for n in 0..20_000_u32 {
            let code = Code::derive(&keys.codes, Purpose::Activation, Uuid::nil(), &n.to_be_bytes(), 4);
            assert_eq!(code.digits().len(), 4);
            by_first_digit[usize::from(code.digits().as_bytes()[0] - b'0')] += 1;
        }
        // 2,000 are expected of each; five standard deviations are 212.
        assert!(
            by_first_digit.iter().all(|count| (1_788..=2_212).contains(count)),
            "{by_first_digit:?}"
        );
    }

    #[test]
    fn a_code_depends_on_key_user_draw_and_length() {
        let derive = |keys: &Keys, user, draw: &[u8], digits| {
            Code::derive(&keys.codes, Purpose::Activation, user, draw, digits)
                .digits()
                .to_owned()
        };
        let code = derive(&keys(1), Uuid::nil(), &[7; 32], 8);
        assert_eq!(code, derive(&keys(1), Uuid::nil(), &[7; 32], 8));
        assert_ne!(code, derive(&keys(2), Uuid::nil(), &[7; 32], 8));
        assert_ne!(code, derive(&keys(1), Uuid::max(), &[7; 32], 8));
        assert_ne!(code, derive(&keys(1), Uuid::nil(), &[8; 32], 8));
    }

    #[test]
    fn a_code_matches_itself_alone_and_never_shows() {
        let code = Code("0042".into());
        assert!(code.matches(&Code("0042".into())));
        assert!(!code.matches(&Code("0043".into())));
        assert!(!code.matches(&Code("00042".into())));
        assert_eq!(format!("{code:?}"), "[hidden]");
    }
}
