//! Passwords: used exactly as received, never truncated, never shown.

use secrecy::SecretString;

/// In Unicode code points, each of which counts as one character (NIST SP 800-63B-4 3.1.1.2).
pub const MIN_LENGTH: usize = 8;
/// In Unicode code points.
pub const MAX_LENGTH: usize = 128;

/// A password to verify.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

impl Password {
    /// Takes the text exactly as received.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    pub(crate) fn secret(&self) -> SecretString {
        self.0.clone()
    }

    /// The text, for tests of the request parser.
    #[cfg(test)]
    pub(crate) fn reveal(&self) -> &str {
        secrecy::ExposeSecret::expose_secret(&self.0)
    }
}

/// A password of an allowed length that somebody chooses.
#[derive(Clone, Debug)]
pub struct NewPassword(SecretString);

/// What is wrong with the length of a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordLength {
    /// Fewer than [`MIN_LENGTH`] code points.
    TooShort,
    /// More than [`MAX_LENGTH`] code points.
    TooLong,
}

impl NewPassword {
    /// Takes the text exactly as received, if its length is allowed.
    ///
    /// # Errors
    /// [`PasswordLength`].
    pub fn parse(text: String) -> Result<Self, PasswordLength> {
        match text.chars().count() {
            length if length < MIN_LENGTH => Err(PasswordLength::TooShort),
            length if length > MAX_LENGTH => Err(PasswordLength::TooLong),
            _ => Ok(Self(text.into())),
        }
    }

    pub(crate) fn secret(&self) -> SecretString {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_code_points() {
        for (text, expected) in [
            ("1234567".to_owned(), Err(PasswordLength::TooShort)),
            ("12345678".to_owned(), Ok(())),
            ("ä".repeat(7), Err(PasswordLength::TooShort)),
            ("🦀".repeat(8), Ok(())),
            ("🦀".repeat(128), Ok(())),
            ("a".repeat(129), Err(PasswordLength::TooLong)),
        ] {
            assert_eq!(NewPassword::parse(text.clone()).map(|_| ()), expected, "{text}");
        }
    }

    #[test]
    fn debug_output_hides_the_password() {
        let shown = format!(
            "{:?} {:?}",
            Password::new("hunter2!".into()),
            NewPassword::parse("hunter2!".into())
        );
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
