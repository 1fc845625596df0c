use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::text::{MAX_LINE, Text, has_break, has_no_spaces, is_abbreviation, is_letter, pattern};

/// The most characters between a keyword and a number: beside it, near it, and with a word such as *is* before the
/// number.
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

/// Digits in groups, or one by one, that are one code.
static GROUPS: LazyLock<Regex> = LazyLock::new(|| {
    let groups = |separator| {
        [3, 4]
            .map(|size| format!("[0-9]{{{size}}}{separator}[0-9]{{{size}}}"))
            .join("|")
    };
    let (spaced, hyphened) = (groups(r"\s"), groups(r"[\u{2010}-\u{2013}-]"));
    pattern(&format!(
        r"^(?:{spaced}|{hyphened}|[0-9]{{2}}(?:\s[0-9]{{2}}){{2,3}}|[0-9](?:\s+[0-9]){{3,7}})$"
    ))
});

/// Two years as a range.
static YEARS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:19|20)[0-9]{2}\S(?:19|20)[0-9]{2}$"));

/// Groups of a telephone number, which are short.
static PHONE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[0-9]{1,4}(?:[^0-9]{1,2}[0-9]{1,4})+$"));

/// Capitals and digits, with at most one hyphen; and names that look so.
static CAPITALS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-i:[A-Z0-9]{2,10}(?:-[A-Z0-9]{2,5})?)"));
static STANDARD: LazyLock<Regex> =
    LazyLock::new(|| pattern("^(?:aes|base|covid|ipv|iso|rfc|sha|utf|win|xbox)-?[0-9]+$"));

/// The letter in `G-482913`, which is not part of the code.
static PREFIX: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-i:(?:^|[^\p{L}\p{N}_-])[A-Z]-$)"));

/// The end of a line or of a sentence.
static END: LazyLock<Regex> = LazyLock::new(|| pattern(r"\n|[.!?](?:\s|$)|[。！？]"));

/// What introduces a code after its keyword: a word also at a distance, a colon only nearby.
static IS: LazyLock<Regex> = LazyLock::new(|| {
    let is = "is|ist|lautet|est|es|è|é|e|este|er|är|on|to|jest|je|это|є|είναι|هو|היא|הוא|adalah|là|คือ";
    pattern(&format!(
        r"(?:(?:^|\s)(?:{is})[\s:]|[はが为為是는은])[^\p{{L}}\p{{N}}]*$"
    ))
});
static COLON: LazyLock<Regex> = LazyLock::new(|| pattern(r"[:：][^\p{L}\p{N}]*$"));

/// What asks for a code that the sentence does not call so, and what follows then: `Use 482913 to sign in.`
static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    let verbs = "use|enter|type|type in|gib|verwende|verwenden sie|geben sie|saisissez|entrez|utilisez|usa|utiliza|ingresa|\
                 introduce|digita|inserisci|digite|insira|gebruik|vul|ange|använd|indtast|brug|wpisz|użyj|введите";
    pattern(&format!(r"(?:^|[^\p{{L}}])(?:{verbs})[^\p{{L}}\p{{N}}]+$"))
});
static PURPOSE: LazyLock<Regex> = LazyLock::new(|| {
    let words = "to|on|in|at|when|within|um|ein|auf|pour|para|per|om|för|att|for|til|aby|чтобы|для";
    pattern(&format!(r"^[^\p{{L}}\p{{N}}]*(?:$|,|(?:{words})\s)"))
});

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
    /// In the same sentence, or asked for beside a sentence with the keyword.
    Near,
    Elsewhere,
}

/// Everything that can be a code: first digits, then letters with digits.
pub(super) fn numbers(text: &Text) -> impl Iterator<Item = Number> {
    let content = text.content.as_str();
    let sequences = DIGITS.find_iter(content).map(|found| found.range());
    let capitals = CAPITALS
        .find_iter(content)
        .map(|found| Number::new(content, found.range()));
    let capitals = capitals.filter(|number| {
        let count = |is_kind: fn(&u8) -> bool| number.code.bytes().filter(is_kind).count();
        let (letters, digits) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_digit));
        letters > 0 && digits > 0 && (4..=10).contains(&(letters + digits)) && !STANDARD.is_match(&number.code)
    });
    let numbers = sequences
        .flat_map(|range| numbers_in_sequence(content, range))
        .chain(capitals);
    numbers.filter(|number| {
        let is_part = |char| char == '_' || is_letter(char);
        !content[..number.range.start].ends_with(is_part) && !content[number.range.end..].starts_with(is_part)
    })
}

/// The codes in a sequence of digits: the whole one if it has the form of a code, or those between the spaces.
fn numbers_in_sequence(content: &str, range: Range<usize>) -> Vec<Number> {
    let (sequence, before) = (&content[range.clone()], &content[..range.start]);
    let prefix = &before[before.floor_char_boundary(before.len().saturating_sub(4))..];
    let prefix = if PREFIX.is_match(prefix) { 2 } else { 0 };
    let digits = sequence.bytes().filter(u8::is_ascii_digit).count();
    if GROUPS.is_match(sequence) && digits <= 8 && !YEARS.is_match(sequence) {
        let code = sequence.chars().filter(char::is_ascii_digit).collect();
        return vec![Number {
            range: range.start - prefix..range.end,
            code,
        }];
    }
    if before.ends_with('+') || (7..=15).contains(&digits) && PHONE.is_match(sequence) {
        return Vec::new();
    }
    // Without spaces between words there is none after a comma: `739204,5分钟`.
    let has_spaces = !content[range.end..].starts_with(has_no_spaces);
    let ends_item = |char: char| char.is_whitespace() || char == ',' && !has_spaces;
    let items = sequence.split(ends_item).filter_map(|item| {
        let start = range.start + (item.as_ptr() as usize - sequence.as_ptr() as usize);
        let is_code = (4..=8).contains(&item.len()) && item.bytes().all(|byte| byte.is_ascii_digit());
        let code = item.to_owned();
        let prefix = if start == range.start { prefix } else { 0 };
        is_code.then(|| Number {
            range: start - prefix..start + item.len(),
            code,
        })
    });
    items.collect()
}

fn has_words(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

impl Number {
    fn new(content: &str, range: Range<usize>) -> Self {
        let code = content[range.clone()].to_owned();
        Self { range, code }
    }

    /// One in fifty 4-digit codes looks like a year.
    pub(super) fn is_year(&self) -> bool {
        self.code.len() == 4 && ("1900".."2100").contains(&self.code.as_str())
    }

    pub(super) fn is_digits(&self) -> bool {
        self.code.bytes().all(|byte| byte.is_ascii_digit())
    }

    pub(super) fn place(&self, text: &Text) -> Place {
        let gaps = text.gaps(&self.range);
        if gaps.into_iter().flatten().all(|gap| gap.len() > MAX_LINE) {
            return Place::Elsewhere;
        }
        if self.is_in_url(text) {
            return if gaps[0] == Some("=") {
                Place::Beside
            } else {
                Place::Elsewhere
            };
        }
        let [before, after] = text.line_around(&self.range);
        let ends = END.find_iter(before).filter(|end| !is_abbreviation(before, end));
        let before = ends.last().map_or(before, |end| &before[end.end()..]);
        let after = END.find(after).map_or(after, |end| &after[..end.start()]);
        // Without a space after it, a colon precedes a port.
        let follows_colon = before.trim_end().ends_with(':') && before.ends_with(char::is_whitespace);
        let starts_sentence =
            !has_words(before) || follows_colon || before.trim_end().ends_with([']', '】', ')', '：']);
        let is_alone = !has_words(before) && !has_words(after);
        let is_asked_for = || ASKS.is_match(before) && PURPOSE.is_match(after);
        let has_keyword = || text.has_keyword_within(text.lines_around(&self.range));
        let is_near = |gap: &str, most: usize| gap.chars().nth(most).is_none() && !has_break(gap);

        let follows = gaps[0].is_some_and(|gap| {
            let most = if self.is_digits() { INTRODUCED } else { BESIDE };
            let has_number = || DIGITS.find_iter(gap).any(|digits| digits.len() >= 4);
            (IS.is_match(gap) || !has_words(gap)) && is_near(gap, most)
                || COLON.is_match(gap) && is_near(gap, BESIDE) && !has_number()
        });
        let precedes = starts_sentence && gaps[1].is_some_and(|gap| is_near(gap, NEAR));
        if follows || precedes || is_alone && has_keyword() {
            Place::Beside
        } else if gaps.into_iter().flatten().any(|gap| is_near(gap, NEAR)) || is_asked_for() && has_keyword() {
            Place::Near
        } else {
            Place::Elsewhere
        }
    }

    fn is_in_url(&self, text: &Text) -> bool {
        let [before, _] = text.around(&self.range, 200);
        let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        word.contains("://") || word.starts_with("www.")
    }
}
