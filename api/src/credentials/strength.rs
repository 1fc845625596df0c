//! How easily a new password is guessed: whether it appears in data breaches, and how many guesses would find it.

use zxcvbn::feedback::Feedback;
use zxcvbn::{Score, zxcvbn};

use super::password::MIN_LENGTH;
use super::{BreachedPasswords, EmailAddress};

/// How many characters the estimate looks at: its work grows faster than the text.
const JUDGED: usize = 32;

/// The substitutes of letters that have several, as zxcvbn knows them. It tries every way to choose one for each
/// letter.
const SUBSTITUTES: [&str; 7] = ["4@", "({[<", "69", "1!|", "1|7", "$5", "+7"];

/// How many ways to choose the judged characters may have.
const MAX_CHOICES: usize = 16;

/// A password is trivially guessable or appears in data breaches; how to make a better one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TooWeak(pub Vec<String>);

/// What to do about a password that is on a list.
const BREACHED: &str = "This password appears in data breaches. Choose a different one.";

/// Accepts a password that is on no list and that takes somebody who knows the address more than a million guesses (a
/// zxcvbn score of 2 or more).
pub(crate) fn check(password: &str, email: &EmailAddress, breached: &BreachedPasswords) -> Result<(), TooWeak> {
    if breached.contains(password) {
        return Err(TooWeak(vec![BREACHED.to_owned()]));
    }
    let (local, domain) = email.canonical().split_once('@').unwrap_or_default();
    let estimate = zxcvbn(judged(password), &[email.canonical(), local, domain]);
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

/// The characters that are judged: as many of the first ones as bound the work. If they are hard to guess, so is the
/// whole password. `examples/web/src/password.ts` judges the same characters.
fn judged(password: &str) -> &str {
    let ends = password
        .char_indices()
        .map(|(start, character)| start + character.len_utf8());
    // The first few are always judged, so that they can be strong enough.
    let fits = |(index, end): &(usize, usize)| *index < MIN_LENGTH || choices(&password[..*end]) <= MAX_CHOICES;
    let last = ends.take(JUDGED).enumerate().take_while(fits).last();
    &password[..last.map_or(0, |(_, end)| end)]
}

/// How many ways there are to choose one substitute for each letter that has any in the text.
fn choices(text: &str) -> usize {
    SUBSTITUTES
        .iter()
        .map(|substitutes| substitutes.chars().filter(|used| text.contains(*used)).count())
        .map(|used| used.max(1))
        .product()
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
            let refused = check(weak, &email, &BreachedPasswords::default());
            assert!(
                matches!(refused, Err(TooWeak(suggestions)) if !suggestions.is_empty()),
                "{weak}"
            );
        }
        for good in ["correct horse battery staple", "tr0mbone:Ätna", "xK9#mQ2$vL"] {
            assert_eq!(check(good, &email, &BreachedPasswords::default()), Ok(()), "{good}");
        }
    }

    #[test]
    fn breached_passwords_are_too_weak_however_hard_to_guess() {
        let email = EmailAddress::parse("ada@example.com").expect("an address");
        for breached in ["1cherish1", "1Cherish1", "18yearold"] {
            assert!(zxcvbn(breached, &[]).score() >= Score::Two, "{breached}");
            let refused = check(breached, &email, &BreachedPasswords::default());
            assert_eq!(refused, Err(TooWeak(vec![BREACHED.to_owned()])), "{breached}");
        }
    }

    #[test]
    fn work_is_bounded_for_any_password() {
        for (password, expected) in [
            ("correct horse battery staple", "correct horse battery staple"),
            ("12345678901234567890 @$", "12345678901234567890 @$"),
            ("\u{1f980}".repeat(128).as_str(), "\u{1f980}".repeat(JUDGED).as_str()),
            ("4@ 69 1! $5 ({ and more", "4@ 69 1! $5 ("),
            ("({[<1|!7+$5469@", "({[<1|!7"),
            ("", ""),
        ] {
            assert_eq!(judged(password), expected);
        }
    }

    #[test]
    fn bounding_the_work_makes_no_password_weak() {
        let email = EmailAddress::parse("ada@example.com").expect("an address");
        for password in ["({[<1|!7+$5469@ and more", "4@[<6$7! and more", "9!7|(<$@"] {
            assert_eq!(
                check(password, &email, &BreachedPasswords::default()),
                Ok(()),
                "{password}"
            );
        }
    }
}
