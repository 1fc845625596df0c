//! Finds the codes in a message. `docs/mailer-mock.md` documents the rule, in the section "Codes".
//!
//! `text` finds the keywords, lines and sentences of a text, `numbers` what can be a code, and `exclusions` which of
//! those are something else. The words for all of this are in the files beside it, one language a line.

mod exclusions;
mod numbers;
mod other_codes;
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
        for number in numbers(&text) {
            let codes = match number.place(&text) {
                Place::Beside => &mut beside_keyword,
                Place::Near if number.is_digits() && !number.is_year() => &mut near_keyword,
                _ => continue,
            };
            let is_new = codes.len() < MAX_CODES && !codes.contains(&number.code);
            if is_new && !exclusions::is_excluded(&text, &number) {
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
