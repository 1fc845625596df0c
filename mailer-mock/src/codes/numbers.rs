use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::text::{Text, has_break, joins, pattern};

/// The most characters between a keyword and a number: beside it, near it, and with a word such as *is* before the number.
const BESIDE: usize = 30;
const NEAR: usize = 50;
const INTRODUCED: usize = 150;

/// Digits one by one; or a date, an amount, a telephone number or groups of digits as a whole.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    let separator = r"[\x20\u{a0}\u{2009}\u{202f}\u{2010}-\u{2013}./,:'’-]|\) ?|\x20\(";
    pattern(&format!(
        r"[0-9](?:\s{{1,3}}[0-9]){{3,7}}\b|[0-9]+(?:(?:{separator})[0-9]+)*"
    ))
});

/// Capitals and digits, with at most one hyphen.
static CAPITALS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-i:[A-Z0-9]{2,10}(?:-[A-Z0-9]{2,5})?)"));

/// Names that look like codes.
static STANDARD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:aes|base|covid|ipv|iso|rfc|sha|utf|win|windows|xbox)-?[0-9]+$"));

/// The letter in `G-482913`, which is not part of the code.
static PREFIX: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-i:(?:^|[^\p{L}\p{N}_-])[A-Z]-$)"));

/// The digit groups of a code: their sizes, and whether hyphens may separate them.
const GROUPS: [(&[usize], bool); 4] = [
    (&[3, 3], true),
    (&[4, 4], true),
    (&[2, 2, 2], false),
    (&[2, 2, 2, 2], false),
];

/// The end of a line or of a sentence.
static END: LazyLock<Regex> = LazyLock::new(|| pattern(r"\n|[.!?](?:\s|$)|[。！？]"));

/// What introduces a code after its keyword, also at a distance.
static IS: LazyLock<Regex> = LazyLock::new(|| {
    let is = "is|ist|lautet|est|es|è|é|e|este|er|är|on|to|jest|je|это|є|είναι|هو|היא|הוא|adalah|là|คือ";
    pattern(&format!(
        r"(?:(?:^|\s)(?:{is})[\s:]|[はが为為是는은])[^\p{{L}}\p{{N}}]*$"
    ))
});

static COLON: LazyLock<Regex> = LazyLock::new(|| pattern(r"[:：][^\p{L}\p{N}]*$"));

/// What can be a code.
#[derive(Debug)]
pub(super) struct Number {
    /// Where it is in the text.
    pub(super) range: Range<usize>,
    /// The digits without what separates them.
    pub(super) code: String,
}

/// Where a number is, seen from a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Where a person would look for the code.
    Beside,
    /// In the same sentence.
    Near,
    Elsewhere,
}

/// Everything that can be a code: first digits, then letters with digits.
pub(super) fn numbers(text: &Text) -> impl Iterator<Item = Number> {
    let content = text.content.as_str();
    let capitals = CAPITALS.find_iter(content).filter_map(move |found| {
        let is_whole = !content[..found.start()].ends_with(joins) && !content[found.end()..].starts_with(joins);
        let code = found.as_str();
        let count = |is_kind: fn(&u8) -> bool| code.bytes().filter(is_kind).count();
        let (letters, digits) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_digit));
        let is_code = letters > 0 && digits > 0 && (4..=10).contains(&(letters + digits));
        (is_whole && is_code && !STANDARD.is_match(code)).then(|| Number {
            range: found.range(),
            code: code.to_owned(),
        })
    });
    DIGITS
        .find_iter(content)
        .flat_map(move |found| digits(content, found.range()))
        .chain(capitals)
}

/// The codes in a sequence of digits: the whole one in groups, or those between the spaces.
fn digits(content: &str, range: Range<usize>) -> Vec<Number> {
    let (sequence, before, after) = (&content[range.clone()], &content[..range.start], &content[range.end..]);
    let prefix = PREFIX
        .find(&before[before.floor_char_boundary(before.len().saturating_sub(4))..])
        .map_or(0, |_| 2);
    let groups: Vec<&str> = sequence
        .split(|c: char| !c.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .collect();
    let sizes: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let (total, ends) = (sizes.iter().sum::<usize>(), !after.starts_with(joins));
    if before.ends_with(joins) {
        return Vec::new();
    }
    if groups.len() > 1 {
        let mut separators = sequence
            .split(|c: char| c.is_ascii_digit())
            .filter(|separator| !separator.is_empty());
        let separator = separators.next().unwrap_or_default();
        let is_regular = separators.all(|other| other == separator);
        let is_hyphen = separator.starts_with(['-', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}']);
        let is_space = sequence.chars().all(|c| c.is_ascii_digit() || c.is_whitespace());
        let is_one_by_one = is_space && sizes.iter().all(|&size| size == 1) && (4..=8).contains(&total);
        let fits = |(sizes_of_code, hyphens): (&[usize], bool)| sizes == sizes_of_code && (hyphens || is_space);
        let is_grouped = is_regular && (is_space || is_hyphen) && GROUPS.into_iter().any(fits);
        let is_years = is_hyphen && groups.iter().all(|group| is_year(group));
        if ends && !is_years && (is_one_by_one || is_grouped) {
            return vec![Number {
                range: range.start - prefix..range.end,
                code: groups.concat(),
            }];
        }
        let is_phone = sizes.iter().all(|&size| size <= 4) && (7..=15).contains(&total);
        if before.ends_with('+') || is_phone {
            return Vec::new();
        }
    }
    let (mut start, sequence_start) = (range.start, range.start);
    let items = sequence.split_inclusive(char::is_whitespace).filter_map(|item| {
        let code = item.trim_end();
        let range = start..start + code.len();
        start += item.len();
        let is_whole = ends || range.end < content.len() - after.len();
        let is_code = (4..=8).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
        let start = range.start - if range.start == sequence_start { prefix } else { 0 };
        (is_whole && is_code).then(|| Number {
            range: start..range.end,
            code: code.to_owned(),
        })
    });
    items.collect()
}

fn is_year(digits: &str) -> bool {
    digits.len() == 4 && ("1900"..="2099").contains(&digits)
}

impl Number {
    /// One in fifty 4-digit codes looks like a year.
    pub(super) fn is_year(&self) -> bool {
        is_year(&self.code)
    }

    pub(super) fn is_digits(&self) -> bool {
        self.code.bytes().all(|byte| byte.is_ascii_digit())
    }

    pub(super) fn place(&self, text: &Text) -> Place {
        let Range { start, end } = self.range;
        let gap_before = text
            .keyword_before(start)
            .map(|keyword| &text.content[keyword.end..start]);
        let gap_after = text.keyword_after(end).map(|keyword| &text.content[end..keyword.start]);
        if self.is_in_url(text) {
            return if gap_before == Some("=") {
                Place::Beside
            } else {
                Place::Elsewhere
            };
        }

        let (before, after) = self.sentence(text);
        let has_words = |text: &str| text.contains(char::is_alphanumeric);
        let starts_sentence = !has_words(before) || before.trim_end().ends_with([']', '】', ')', ':', '：']);
        let is_alone = !has_words(before) && !has_words(after);
        let around = text.lines_around(start, 2, 1);
        let is_near = |gap: &str, most: usize| gap.chars().nth(most).is_none() && !has_break(gap);

        let follows = gap_before.is_some_and(|gap| {
            let ends_with_colon = COLON.is_match(gap);
            let is_introduced = IS.is_match(gap) || !has_words(gap);
            let has_number = || DIGITS.find_iter(gap).any(|digits| digits.len() >= 4);
            is_introduced && is_near(gap, if self.is_digits() { INTRODUCED } else { BESIDE })
                || ends_with_colon && is_near(gap, BESIDE) && !has_number()
        });
        let precedes = starts_sentence && gap_after.is_some_and(|gap| is_near(gap, NEAR));
        let is_below = is_alone
            && text
                .keyword_after(around.start)
                .is_some_and(|keyword| keyword.start < around.end);
        if follows || precedes || is_below {
            Place::Beside
        } else if [gap_before, gap_after]
            .into_iter()
            .flatten()
            .any(|gap| is_near(gap, NEAR))
        {
            Place::Near
        } else {
            Place::Elsewhere
        }
    }

    /// What the sentence or the line has before and after the number.
    fn sentence<'a>(&self, text: &'a Text) -> (&'a str, &'a str) {
        let (before, _) = text.window(self.range.start, 100, 0);
        let (_, after) = text.window(self.range.end, 0, 100);
        let start = END.find_iter(before).last().map_or(0, |end| end.end());
        let end = END.find(after).map_or(after.len(), |end| end.start());
        (&before[start..], &after[..end])
    }

    fn is_in_url(&self, text: &Text) -> bool {
        let (before, _) = text.window(self.range.start, 200, 0);
        let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        word.contains("://") || word.starts_with("www.")
    }
}
