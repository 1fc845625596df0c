//! Numbers near a keyword that are not codes.

use super::words::Words;

const CURRENCY_SIGNS: [char; 6] = ['$', '\u{20ac}', '\u{a3}', '\u{a5}', '\u{20b9}', '\u{20bd}'];

const CURRENCIES: [&str; 9] = ["aud", "cad", "chf", "dollars", "eur", "euro", "euros", "gbp", "usd"];

/// Things that have a number.
const NUMBERED_THINGS: [&str; 12] = [
    "box",
    "call",
    "ext",
    "extension",
    "fax",
    "flight",
    "invoice",
    "order",
    "phone",
    "since",
    "tel",
    "ticket",
];

/// Words between a thing and its number.
const NUMBER_WORDS: [&str; 5] = ["id", "no", "nr", "num", "number"];

const TIME_UNITS: [&str; 18] = [
    "day", "days", "hour", "hours", "hrs", "min", "mins", "minute", "minutes", "month", "months", "ms", "sec",
    "second", "seconds", "week", "weeks", "years",
];

/// Also written with three letters.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Whether the number at `index` is a price, a date, a telephone number or the like.
pub(super) fn is_excluded(words: &Words<'_>, index: usize) -> bool {
    is_joined(words, index)
        || is_price(words, index)
        || is_phone_number(words, index)
        || has_other_name(words, index)
        || has_time_unit(words, index)
        || is_year(words, index)
}

fn is_joined(words: &Words<'_>, index: usize) -> bool {
    let joins = |gap: &str, other: &str| {
        matches!(gap, "." | "," | ":" | "-" | "'") && other.contains(|c: char| c.is_ascii_digit())
    };
    let (before, after) = (words.before(index), words.after(index));
    before.ends_with(['+', '#', '/', '@'])
        || after.starts_with(['/', '@', '%'])
        || joins(before, words.previous(index, 1))
        || joins(after, words.text(index + 1))
}

fn is_price(words: &Words<'_>, index: usize) -> bool {
    let (before, after) = (words.before(index), words.after(index));
    let currency = |word: &str| CURRENCIES.contains(&word.to_lowercase().as_str());
    before.trim_end().ends_with(CURRENCY_SIGNS)
        || after.trim_start().starts_with(CURRENCY_SIGNS)
        || before == " " && currency(words.previous(index, 1))
        || after == " " && currency(words.text(index + 1))
}

fn is_phone_number(words: &Words<'_>, index: usize) -> bool {
    const MAX_GROUPS: usize = 5;
    let joined = |earlier: usize| {
        matches!(
            words.between(earlier, earlier + 1),
            " " | "\u{a0}" | "-" | "." | ")" | ") " | " ("
        ) && is_number(words.text(earlier))
            && is_number(words.text(earlier + 1))
    };
    let mut first = index;
    while first > 0 && index - first < MAX_GROUPS && joined(first - 1) {
        first -= 1;
    }
    let mut last = index;
    while last - index < MAX_GROUPS && joined(last) {
        last += 1;
    }
    if first == last {
        return false;
    }
    let groups = || (first..=last).map(|group| words.text(group).len());
    words.before(first).ends_with('+')
        || groups().all(|digits| digits <= 4) && (7..=15).contains(&groups().sum::<usize>())
}

fn has_other_name(words: &Words<'_>, index: usize) -> bool {
    let name = words.previous(index, 1).to_lowercase();
    if NUMBER_WORDS.contains(&name.as_str()) {
        let named = words.previous(index, 2).to_lowercase();
        return !matches!(named.as_str(), "code" | "passcode" | "pin" | "verification");
    }
    NUMBERED_THINGS.contains(&name.as_str())
}

fn has_time_unit(words: &Words<'_>, index: usize) -> bool {
    matches!(words.after(index), " " | "\u{a0}" | "-") && TIME_UNITS.contains(&words.lowercase(index + 1).as_str())
}

fn is_year(words: &Words<'_>, index: usize) -> bool {
    let number = words.text(index);
    if number.len() != 4 || !("1900"..="2099").contains(&number) {
        return false;
    }
    let before = words.previous(index, 1);
    let after_month = is_month(before) || before.len() <= 2 && is_number(before) && is_month(words.previous(index, 2));
    after_month || words.same_line(index, 8).any(|other| is_copyright(words, other))
}

fn is_month(word: &str) -> bool {
    let word = word.to_lowercase();
    MONTHS.iter().any(|month| word == *month || word == month[..3])
}

fn is_copyright(words: &Words<'_>, index: usize) -> bool {
    let (before, after) = (words.before(index), words.after(index));
    let before_on_same_line = before.rsplit('\n').next().unwrap_or_default();
    let word = words.lowercase(index);
    word == "copyright"
        || word == "c" && before.ends_with('(') && after.starts_with(')')
        || before_on_same_line.contains('\u{a9}')
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}
