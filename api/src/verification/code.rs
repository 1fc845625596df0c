//! Emailed codes: digits that are derived from a draw and stored nowhere.

use std::fmt;

use entity::Purpose;
use sea_orm::prelude::Uuid;
use subtle::ConstantTimeEq;

use crate::keys::Key;

/// The fewest digits of a code.
pub const MIN_LENGTH: u8 = 4;
/// The most digits of a code.
pub const MAX_LENGTH: u8 = 8;

/// A code of 4 to 8 ASCII digits, with its leading zeros: `0042` is a code.
#[derive(Clone)]
pub struct Code(String);

/// The text is not 4 to 8 ASCII digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidCode;

impl Code {
    /// Parses a code as typed.
    ///
    /// # Errors
    /// [`InvalidCode`].
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        let lengths = usize::from(MIN_LENGTH)..=usize::from(MAX_LENGTH);
        let digits = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| Self(text.to_owned())).ok_or(InvalidCode)
    }

    /// The code of a draw: HMAC-SHA-256 over purpose, verification, draw and length, its first 128 bits reduced to the
    /// digits. The reduction favors no code by more than one part in 10³⁰.
    #[must_use]
    pub(crate) fn derive(key: &Key, purpose: Purpose, verification: Uuid, draw: &[u8], digits: u8) -> Self {
        let label: &[u8] = match purpose {
            Purpose::Registration => b"registration",
            Purpose::PasswordReset => b"password reset",
            Purpose::EmailChange => b"email change",
        };
        let tag = key.tag(&[label, verification.as_bytes(), draw, &[digits]]);
        let number = tag[..16].iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        let width = usize::from(digits);
        Self(format!("{:0width$}", number % 10_u128.pow(u32::from(digits))))
    }

    /// Whether both codes are equal, in constant time.
    #[must_use]
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    /// The digits, for the email.
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
        Keys::derive(&vec![secret; 32].into(), None)
    }

    #[test]
    fn code_is_four_to_eight_ascii_digits() {
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
    fn codes_are_uniform_and_keep_leading_zeros() {
        let keys = keys(1);
        let mut by_first_digit = [0_u32; 10];
        for n in 0..20_000_u32 {
            let code = Code::derive(
                &keys.current.codes,
                Purpose::Registration,
                Uuid::nil(),
                &n.to_be_bytes(),
                4,
            );
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
    fn code_depends_on_key_purpose_verification_draw_and_length() {
        use Purpose::{PasswordReset, Registration};
        let derive = |secret, purpose, id, draw: u8, digits| {
            Code::derive(&keys(secret).current.codes, purpose, id, &[draw; 32], digits).digits()[..4].to_owned()
        };
        let code = derive(1, Registration, Uuid::nil(), 7, 8);
        assert_eq!(code, derive(1, Registration, Uuid::nil(), 7, 8));
        assert_ne!(code, derive(2, Registration, Uuid::nil(), 7, 8));
        assert_ne!(code, derive(1, PasswordReset, Uuid::nil(), 7, 8));
        assert_ne!(code, derive(1, Registration, Uuid::max(), 7, 8));
        assert_ne!(code, derive(1, Registration, Uuid::nil(), 8, 8));
        assert_ne!(code, derive(1, Registration, Uuid::nil(), 7, 7));
    }

    #[test]
    fn code_matches_only_itself_and_is_hidden_in_debug_output() {
        let code = Code("0042".into());
        assert!(code.matches(&Code("0042".into())));
        assert!(!code.matches(&Code("0043".into())));
        assert!(!code.matches(&Code("00042".into())));
        assert_eq!(format!("{code:?}"), "[hidden]");
    }
}
