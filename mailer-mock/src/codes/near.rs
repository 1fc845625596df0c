use super::words::Words;

const KEYWORDS: [&str; 7] = ["code", "codes", "passcode", "passcodes", "pin", "pins", "verification"];

/// Before *code*: then it is not one that a person is asked to type in.
const OTHER_KINDS: [&str; 16] = [
    "area",
    "country",
    "coupon",
    "discount",
    "error",
    "exit",
    "postal",
    "promo",
    "promotion",
    "promotional",
    "qr",
    "source",
    "status",
    "tax",
    "voucher",
    "zip",
];

/// The most characters between a code and its keyword.
const REACH: usize = 50;

/// How many words are looked at on either side: more than fit into the reach, and a bound for lines without end.
const MAX_WORDS: usize = 60;

/// Whether the word at `number` is near a keyword, as the module above defines it.
pub(super) fn is_near_a_keyword(words: &Words<'_>, number: usize) -> bool {
    within_reach(words, number) || in_a_neighbouring_line(words, number)
}

fn within_reach(words: &Words<'_>, number: usize) -> bool {
    around(words, number)
        .filter(|&other| is_keyword(words, other))
        .any(|keyword| {
            let gap = words.between(keyword.min(number), keyword.max(number));
            gap.chars().count() <= REACH && !has_empty_line(gap)
        })
}

fn in_a_neighbouring_line(words: &Words<'_>, number: usize) -> bool {
    if words.same_line(number, 1).count() > 1 {
        return false;
    }
    let earlier = (number.saturating_sub(MAX_WORDS)..number).rev();
    let later = number + 1..words.len().min(number + MAX_WORDS);
    keyword_in_lines(words, earlier, 2) || keyword_in_lines(words, later, 1)
}

/// Whether a keyword is among the words that come, before they have gone on to one line more than `lines`.
fn keyword_in_lines(words: &Words<'_>, others: impl Iterator<Item = usize>, lines: usize) -> bool {
    let mut seen = 0;
    let mut line = None;
    others
        .take_while(|&other| {
            seen += usize::from(line != words.line(other));
            line = words.line(other);
            seen <= lines
        })
        .any(|other| is_keyword(words, other))
}

fn around(words: &Words<'_>, number: usize) -> impl Iterator<Item = usize> {
    number.saturating_sub(MAX_WORDS)..words.len().min(number + MAX_WORDS)
}

fn is_keyword(words: &Words<'_>, index: usize) -> bool {
    let of_another_kind = || {
        index
            .checked_sub(1)
            .is_some_and(|before| OTHER_KINDS.contains(&words.lowercase(before).as_str()))
    };
    KEYWORDS.contains(&words.lowercase(index).as_str()) && !of_another_kind()
}

fn has_empty_line(gap: &str) -> bool {
    let whole_lines = |gap: &str| {
        let (_, rest) = gap.split_once('\n')?;
        let (lines, _) = rest.rsplit_once('\n')?;
        Some(lines.split('\n').any(|line| line.trim().is_empty()))
    };
    whole_lines(gap).unwrap_or(false)
}
