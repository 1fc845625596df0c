//! Finds the codes in a message.
//!
//! # The rule
//!
//! A code is a number of 4 to 8 ASCII digits, as a whole word (no letter, digit or `_` next to it), near one of the
//! keywords *code*, *PIN*, *passcode* and *verification* in any case. A number is near a keyword if
//!
//! - at most 50 characters and no empty line are between them, or
//! - the number is alone on its line, and the keyword is in one of the two lines of text before or in the one after.
//!
//! These numbers are not codes, even near a keyword:
//!
//! - a number joined to another one by `.`, `,`, `:`, `-` or `'` (dates, times, amounts, addresses), and a number after
//!   `+`, `#`, `/`, `@` or before `/`, `@`, `%`;
//! - a price: a currency before or after it;
//! - a telephone number: groups of at most four digits, 7 to 15 digits in all, or a leading `+`;
//! - a number with another name before it (`Order 123456`, `Account no. 123456`) or a unit of time after it;
//! - a year from 1900 to 2099 after a month or on a line with a copyright sign. Other years count, because one in fifty
//!   4-digit codes looks like a year;
//! - a number whose only keyword is another kind of *code* (`zip code`, `error code`, …).
//!
//! The subject comes first, then the text, then the HTML, the first 64 KiB of each. At most ten codes are returned, each
//! once. Codes with letters or in groups, and keywords in other languages, are not supported.

mod exclusions;
mod keywords;
mod words;

use words::Words;

const MAX_CODES: usize = 10;
const MAX_BYTES: usize = 64 * 1024;

/// The codes in a message, the most likely first.
pub(crate) fn find(subject: &str, text: &str, html_text: &str) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for part in [subject, text, html_text] {
        let part = &part[..part.floor_char_boundary(MAX_BYTES)];
        let words = Words::of(part);
        for index in 0..words.len() {
            let word = words.text(index);
            if codes.len() < MAX_CODES
                && is_candidate(word)
                && !codes.iter().any(|code| code == word)
                && keywords::is_near_keyword(&words, index)
                && !exclusions::is_excluded(&words, index)
            {
                codes.push(word.to_owned());
            }
        }
    }
    codes
}

fn is_candidate(word: &str) -> bool {
    (4..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn finds_codes() {
        for (text, code) in [
            ("4466 is your activation code", "4466"),
            ("Your activation code is 4466.", "4466"),
            ("Your activation code: 0042", "0042"),
            ("Enter the PIN 90210", "90210"),
            ("Passcode=12345678", "12345678"),
            ("G-123456 is your Google verification code.", "123456"),
            ("VERIFICATION\n\n  4466  \n", "4466"),
            ("Here is your code:\n\n4466\n\nIt lasts 60 seconds.", "4466"),
            ("4466\n\nUse this code within a minute.", "4466"),
            (
                "This is the activation code that you asked for when you registered, please type it in:\n\n4466\n",
                "4466",
            ),
            ("The code is\n4466 and it lasts 3600 seconds.", "4466"),
            ("https://example.com/activate?code=4466", "4466"),
            ("2026 is your activation code", "2026"),
            ("Your code is 1999\n\n(c) 2026 Example Inc.", "1999"),
            ("Your code is 4466. Code 4466 lasts a minute.", "4466"),
            ("Ваш PIN 4466", "4466"),
            ("Sign in from +1 555 0100 with code 4466", "4466"),
            ("Order 123456: your pickup code is 4466", "4466"),
        ] {
            assert_eq!(find("", text, ""), [code], "{text}");
        }
    }

    #[test]
    fn finds_every_4_digit_code() {
        for number in 0..10_000 {
            let code = format!("{number:04}");
            let subject = format!("{code} is your activation code");
            let text = format!("Your activation code:\n\n{code}\n\nIt lasts 60 seconds.");
            assert_eq!(find(&subject, "", ""), [code.as_str()]);
            assert_eq!(find("", &text, ""), [code.as_str()]);
        }
    }

    #[test]
    fn ignores_other_numbers() {
        for text in [
            "",
            "Your order 4466 has been shipped",
            "Your code\n\n(c) 2026 Example Inc.",
            "Verification \u{a9} Example Inc. 2026",
            "Code of conduct, Copyright 2026",
            "Code sent on 12 March 2026",
            "Code sent on March 12, 2026",
            "Code sent on 2026-03-12 at 10:1530",
            "With the code it costs $1299.00",
            "With the code it costs $1299",
            "With the code it costs 1299 \u{20ac}",
            "With the code it costs USD 1299",
            "Lost your code? Call +1 555 0100",
            "Lost your code? Call 555-0100",
            "Lost your code? Call (020) 7946 0000",
            "Code for order number 123456",
            "Code for invoice 123456",
            "Code for account no. 123456",
            "Code for issue #123456",
            "The code lasts 3600 seconds",
            "The code is 123",
            "The code is 123456789",
            "The code is A4466",
            "The code is 4466B",
            "The code is 4466_1",
            "Code for 12,3456,7 people",
            "Save 1500% with this code",
            "Code by 4466@example.com",
            "Your zip code is 90210",
            "It failed with error code 5002",
            "encode 4466 decode",
            "The code follows in the next mail, which will arrive shortly after this one: 4466 of you wait",
            "Code\n\nThis line has 4466 of something",
            "Code\n\nOne line\n\nTwo lines\n\n4466\n",
        ] {
            assert_eq!(find("", text, ""), [""; 0], "{text}");
        }
    }

    #[test]
    fn subject_comes_first_and_duplicates_are_dropped() {
        let codes = find(
            "Your code is 1111",
            "Your code is 2222, no longer code 1111",
            "Your code is 3333 or code 2222",
        );
        assert_eq!(codes, ["1111", "2222", "3333"]);
    }

    #[test]
    fn limits_input_and_output() {
        let many: Vec<String> = (1000..2000).map(|n| format!("code {n}")).collect();
        let many = many.join("; ");
        assert_eq!(find("", &many, "").len(), 10);

        let late = format!("{} code 4466", "\u{e9}".repeat(32 * 1024));
        assert_eq!(find("", &late, ""), [""; 0]);
    }
}
