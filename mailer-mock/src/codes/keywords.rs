use super::words::Words;

const KEYWORDS: [&str; 7] = ["code", "codes", "passcode", "passcodes", "pin", "pins", "verification"];

/// Before *code*, these words mean something else than a code to type in.
const OTHER_CODE_KINDS: [&str; 16] = [
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
const MAX_DISTANCE: usize = 50;

/// How many words are searched on either side: more than fit into [`MAX_DISTANCE`], and a limit for long lines.
const MAX_WORDS: usize = 60;

/// Whether the word at `number` is near a keyword.
pub(super) fn is_near_keyword(words: &Words<'_>, number: usize) -> bool {
    keyword_within_distance(words, number) || keyword_in_neighbouring_line(words, number)
}

fn keyword_within_distance(words: &Words<'_>, number: usize) -> bool {
    let nearby = number.saturating_sub(MAX_WORDS)..words.len().min(number + MAX_WORDS);
    nearby.filter(|&other| is_keyword(words, other)).any(|keyword| {
        let gap = words.between(keyword.min(number), keyword.max(number));
        gap.chars().count() <= MAX_DISTANCE && !has_empty_line(gap)
    })
}

fn keyword_in_neighbouring_line(words: &Words<'_>, number: usize) -> bool {
    if words.same_line(number, 1).count() > 1 {
        return false;
    }
    let earlier = (number.saturating_sub(MAX_WORDS)..number).rev();
    let later = number + 1..words.len().min(number + MAX_WORDS);
    keyword_in_lines(words, earlier, 2) || keyword_in_lines(words, later, 1)
}

/// Whether one of the words is a keyword, within the next `lines` lines.
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

fn is_keyword(words: &Words<'_>, index: usize) -> bool {
    let is_other_kind = || OTHER_CODE_KINDS.contains(&words.previous(index, 1).to_lowercase().as_str());
    KEYWORDS.contains(&words.lowercase(index).as_str()) && !is_other_kind()
}

fn has_empty_line(gap: &str) -> bool {
    let whole_lines = |gap: &str| {
        let (_, rest) = gap.split_once('\n')?;
        let (lines, _) = rest.rsplit_once('\n')?;
        Some(lines.split('\n').any(|line| line.trim().is_empty()))
    };
    whole_lines(gap).unwrap_or(false)
}
