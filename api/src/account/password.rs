//! Passwords: used exactly as received, never cut, never shown.

use secrecy::SecretString;
use zxcvbn::{Score, zxcvbn};

use super::EmailAddress;

/// In Unicode code points, each of which counts as one character (NIST SP 800-63B-4 3.1.1.2).
pub const MIN_LENGTH: usize = 8;
/// In Unicode code points.
pub const MAX_LENGTH: usize = 128;

/// How much of a password its strength is judged by: the estimator's work grows faster than the text.
const JUDGED: usize = 100;

/// A password that somebody claims to know.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

impl Password {
    /// Takes the text exactly as it came.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    pub(super) fn secret(&self) -> SecretString {
        self.0.clone()
    }

    /// The text, for the tests of what reads it from a request.
    #[cfg(test)]
    pub(crate) fn reveal(&self) -> &str {
        secrecy::ExposeSecret::expose_secret(&self.0)
    }
}

/// A password that is long enough to be chosen, and short enough.
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
    /// Takes the text exactly as it came, if its length is right.
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

    pub(super) fn secret(&self) -> SecretString {
        self.0.clone()
    }
}

/// A password is trivially guessable; what would make a better one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TooWeak(pub Vec<String>);

/// Whether somebody who knows the address would need more than a million guesses (a zxcvbn score of 2 or more). This
/// is real work: a millisecond for an ordinary password, more for a long one.
pub(super) fn check_strength(password: &str, email: &EmailAddress) -> Result<(), TooWeak> {
    let judged: String = password.chars().take(JUDGED).collect();
    let (local, domain) = email.canonical().split_once('@').unwrap_or_default();
    let estimate = zxcvbn(&judged, &[email.canonical(), local, domain]);
    if estimate.score() >= Score::Two {
        return Ok(());
    }
    let feedback = estimate.feedback();
    let mut suggestions: Vec<_> = feedback
        .into_iter()
        .flat_map(zxcvbn::feedback::Feedback::suggestions)
        .map(ToString::to_string)
        .collect();
    if suggestions.is_empty() {
        suggestions.push("Add another word or two. Uncommon words are better.".to_owned());
    }
    Err(TooWeak(suggestions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_code_points() {
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
    fn what_is_trivially_guessed_is_too_weak() {
        let email = EmailAddress::parse("ada.lovelace@example.com").expect("an address");
        let strong = |text: &str| check_strength(text, &email).is_ok();
        for weak in [
            "password",
            "12345678",
            "aaaaaaaaaaaa",
            "qwertyuiop",
            "ada.lovelace@example.com",
            "ada.lovelace",
        ] {
            assert!(!strong(weak), "{weak}");
        }
        for good in ["correct horse battery staple", "tr0mbone:Ätna", "xK9#mQ2$vL"] {
            assert!(strong(good), "{good}");
        }
        let refused = check_strength("password", &email);
        assert!(matches!(refused, Err(TooWeak(suggestions)) if !suggestions.is_empty()));
    }

    #[test]
    fn a_password_never_shows_in_debug_output() {
        let shown = format!(
            "{:?} {:?}",
            Password::new("hunter2!".into()),
            NewPassword::parse("hunter2!".into())
        );
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
