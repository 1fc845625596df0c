//! Numbers near a keyword that are not codes.

use std::sync::LazyLock;

use regex::Regex;

use super::numbers::Number;
use super::other_codes::OTHER_CODES;
use super::text::{Text, lines, pattern};

/// Before a number, after it, and anywhere in its line.
static EXCLUSIONS: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    let list = include_str!("exclusions.txt");
    let marked = |mark| {
        lines(list)
            .filter_map(|line| line.strip_prefix(mark))
            .collect::<Vec<_>>()
            .join("|")
    };
    ['<', '>', '='].map(|mark| pattern(&marked(mark)))
});

/// Before the number: the name of something else, such as `Order no. 123456`, and perhaps a colon or a line break.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    let any = |list| lines(list).collect::<Vec<_>>().join("|");
    let (things, codes) = (any(include_str!("named_numbers.txt")), any(OTHER_CODES));
    let number = r"(?:[\s(.]*\b(?:id|no|nr|num|number|nummer|número|numéro|numero|nº|n°|№)\b)";
    let is = r"(?:\s*\b(?:is|ist|lautet|est|es|é|è|är|er|to|jest)\b|\s*[はがは为為是은는이])?";
    let name = format!("(?:{things})(?P<number>{number})?|(?P<code>(?:{codes}){is})|{number}");
    pattern(&format!(
        r"(?:^|[^\p{{L}}\p{{N}}])(?:{name})(?P<gap>[\s.:：=#*№(\[-]*)$"
    ))
});

static COPYRIGHT: LazyLock<Regex> = LazyLock::new(|| pattern(r"©|\(c\)|\bcopyright\b"));

/// Whether the number is a price, a date, a telephone number or the like.
pub(super) fn is_excluded(text: &Text, number: &Number) -> bool {
    let [before, after] = text.around(&number.range, 60);
    let line = text.line_around(&number.range);
    let [is_before, is_after, is_in_line] = &*EXCLUSIONS;
    let follows_keyword = text.gaps(&number.range)[0].is_some_and(|gap| gap.len() <= 1);
    is_before.is_match(before) && !follows_keyword
        || before.ends_with('*') && !after.starts_with(['*', '_'])
        || is_after.is_match(after)
        || line
            .iter()
            .any(|side| is_in_line.is_match(side) || number.is_year() && COPYRIGHT.is_match(side))
        || has_other_name(text, number, before)
}

/// A colon can also end a sentence about the code: `The code for your account: 4466`. A line break ends a name, unless
/// the name is all that its line has.
fn has_other_name(text: &Text, number: &Number, before: &str) -> bool {
    let Some(found) = NAME.captures(before) else {
        return false;
    };
    let (gap, start) = (&found["gap"], number.range.start - found[0].len());
    let [line, _] = text.line_around(&(start..start));
    let has_keyword = || text.has_keyword_within(start - line.len()..number.range.start);
    let is_name = if gap.contains('\n') {
        !gap.contains("\n\n\n") && !line.contains(char::is_alphanumeric)
    } else {
        !(gap.contains([':', '：']) && has_keyword()) && (!gap.contains('.') || found.name("number").is_some())
    };
    found.name("code").is_some() || is_name
}
