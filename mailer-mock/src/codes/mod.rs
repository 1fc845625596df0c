//! Finds the codes in a message. `docs/mailer-mock.md` documents the rule, in the section "Codes".
//!
//! `text` finds the keywords, lines and sentences of a text, `numbers` what can be a code, and `exclusions` which of those
//! are something else. The words for all of this are in the files beside it, one language a line.

mod exclusions;
mod numbers;
mod text;

pub(crate) use text::pattern;

use numbers::{Place, numbers};
use text::Text;

const MAX_CODES: usize = 10;
const MAX_BYTES: usize = 64 * 1024;

/// The codes in a message, the most likely first.
pub(crate) fn find(subject: &str, text: &str, html_text: &str) -> Vec<String> {
    let (mut beside_keyword, mut near_keyword) = (Vec::new(), Vec::new());
    for part in [subject, text, html_text] {
        let text = Text::of(&part[..part.floor_char_boundary(MAX_BYTES)]);
        for number in numbers(&text).filter(|number| !exclusions::is_excluded(&text, number)) {
            let codes = match number.place(&text) {
                Place::Beside => &mut beside_keyword,
                Place::Near if number.is_digits() && !number.is_year() => &mut near_keyword,
                _ => continue,
            };
            if codes.len() < MAX_CODES && !codes.contains(&number.code) {
                codes.push(number.code);
            }
        }
    }
    if beside_keyword.is_empty() {
        near_keyword
    } else {
        beside_keyword
    }
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
            ("The code is A4466", "A4466"),
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
