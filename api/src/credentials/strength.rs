//! How easily a new password is guessed.

use zxcvbn::feedback::Feedback;
use zxcvbn::{Score, zxcvbn};

use super::EmailAddress;

/// How many characters the estimate looks at: its work grows faster than the text.
const JUDGED: usize = 100;

/// A password is trivially guessable; how to make a better one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TooWeak(pub Vec<String>);

/// Requires more than a million guesses from somebody who knows the address (a zxcvbn score of 2 or more). Takes a
/// millisecond for an ordinary password, more for a long one.
pub(crate) fn check(password: &str, email: &EmailAddress) -> Result<(), TooWeak> {
    let judged: String = password.chars().take(JUDGED).collect();
    let (local, domain) = email.canonical().split_once('@').unwrap_or_default();
    let estimate = zxcvbn(&judged, &[email.canonical(), local, domain]);
    if estimate.score() >= Score::Two {
        return Ok(());
    }
    let suggestions = estimate.feedback().into_iter().flat_map(Feedback::suggestions);
    let mut suggestions: Vec<_> = suggestions.map(ToString::to_string).collect();
    if suggestions.is_empty() {
        suggestions.push("Add another word or two. Uncommon words are better.".to_owned());
    }
    Err(TooWeak(suggestions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessable_passwords_are_too_weak() {
        let email = EmailAddress::parse("ada.lovelace@example.com").expect("an address");
        for weak in [
            "password",
            "12345678",
            "aaaaaaaaaaaa",
            "qwertyuiop",
            "ada.lovelace@example.com",
            "ada.lovelace",
        ] {
            let refused = check(weak, &email);
            assert!(
                matches!(refused, Err(TooWeak(suggestions)) if !suggestions.is_empty()),
                "{weak}"
            );
        }
        for good in ["correct horse battery staple", "tr0mbone:Ätna", "xK9#mQ2$vL"] {
            assert_eq!(check(good, &email), Ok(()), "{good}");
        }
    }
}
