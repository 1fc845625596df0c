use std::ops::Range;
use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

static KEYWORD: LazyLock<Regex> = LazyLock::new(|| word_pattern(include_str!("keywords.txt")));

static OTHER_CODE: LazyLock<Regex> = LazyLock::new(|| word_pattern(OTHER_CODES));

pub(super) const OTHER_CODES: &str = include_str!("other_codes.txt");

/// The end of a sentence, or an empty line that follows no colon.
static BREAK: LazyLock<Regex> = LazyLock::new(|| pattern(r"[.!?]\s|[。！？]|(?:^|[^:：\s])[^\S\n]*\n\s*\n"));

/// The scripts that put no spaces between words: Thai and Lao, Chinese, Japanese, and Korean with its particles.
fn has_no_spaces(char: char) -> bool {
    matches!(char, '\u{e00}'..='\u{eff}' | '\u{2e80}'..)
}

/// A text with what the rule needs to know about it.
#[derive(Debug)]
pub(super) struct Text {
    /// Without invisible characters, and with ASCII digits for those of other scripts.
    pub(super) content: String,
    /// In order.
    keywords: Vec<Range<usize>>,
    /// The lines that are not blank, in order.
    lines: Vec<Range<usize>>,
}

impl Text {
    pub(super) fn of(content: &str) -> Self {
        let content: String = content
            .chars()
            .filter(|char| !is_invisible(*char))
            .map(to_ascii_digit)
            .collect();
        let others: Vec<Range<usize>> = whole_words(&OTHER_CODE, &content);
        let is_other = |word: &Range<usize>| {
            let before = others.partition_point(|other| other.end <= word.start);
            others.get(before).is_some_and(|other| other.start < word.end)
        };
        let keywords = whole_words(&KEYWORD, &content).into_iter();
        let lines = content.split_inclusive('\n').scan(0, |end, line| {
            let start = *end;
            *end += line.len();
            Some((line, start..*end))
        });
        Self {
            keywords: keywords.filter(|word| !is_other(word)).collect(),
            lines: lines
                .filter(|(line, _)| !line.trim().is_empty())
                .map(|(_, range)| range)
                .collect(),
            content,
        }
    }

    pub(super) fn keyword_before(&self, at: usize) -> Option<&Range<usize>> {
        let count = self.keywords.partition_point(|keyword| keyword.end <= at);
        self.keywords[..count].last()
    }

    pub(super) fn keyword_after(&self, at: usize) -> Option<&Range<usize>> {
        self.keywords
            .get(self.keywords.partition_point(|keyword| keyword.start < at))
    }

    /// The line that contains this place, or two lines before and one after it as well.
    pub(super) fn lines_around(&self, at: usize, before: usize, after: usize) -> Range<usize> {
        let line = self.lines.partition_point(|line| line.end <= at);
        let last = (line + after).min(self.lines.len().saturating_sub(1));
        match (self.lines.get(line.saturating_sub(before)), self.lines.get(last)) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => at..at,
        }
    }

    /// At most this many characters before or after a place.
    pub(super) fn window(&self, at: usize, before: usize, after: usize) -> (&str, &str) {
        let (head, tail) = self.content.split_at(at);
        let start = head
            .char_indices()
            .rev()
            .take(before)
            .last()
            .map_or(at, |(start, _)| start);
        let end = tail.char_indices().nth(after).map_or(tail.len(), |(end, _)| end);
        (&head[start..], &tail[..end])
    }
}

/// A case-insensitive regular expression from a literal.
pub(crate) fn pattern(pattern: &str) -> Regex {
    let built = RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(64 << 20)
        .build();
    built.expect("the pattern is valid")
}

/// A pattern for any of the words in a list.
pub(super) fn words(list: &str) -> String {
    format!("(?:{})", lines(list).collect::<Vec<_>>().join("|"))
}

/// The lines of a list, without its comments.
fn lines(list: &str) -> impl Iterator<Item = &str> {
    list.lines().filter(|line| !line.starts_with('#'))
}

/// A pattern for the words in a list, as a group. The end of a word is part of the match, because a word boundary would be
/// fifty times as slow.
fn word_pattern(list: &str) -> Regex {
    let (joined, spaced): (Vec<&str>, Vec<&str>) = lines(list).partition(|line| line.contains(has_no_spaces));
    let end = r"[^\p{Alphabetic}\p{N}]|[\u{e00}-\u{eff}\u{2e80}-\u{10ffff}]|\z";
    pattern(&format!(
        "(?P<spaced>{})(?:{end})|(?P<joined>{})",
        spaced.join("|"),
        joined.join("|")
    ))
}

/// Where a pattern matches whole words.
fn whole_words(pattern: &Regex, content: &str) -> Vec<Range<usize>> {
    let is_letter = |char: char| char.is_alphanumeric() && !has_no_spaces(char);
    let (mut words, mut at) = (Vec::new(), 0);
    while let Some(found) = pattern.captures_at(content, at) {
        let Some(word) = found.name("spaced").or(found.name("joined")) else {
            break;
        };
        let joins = word.as_str().starts_with(is_letter) && content[..word.start()].ends_with(is_letter);
        at = if joins {
            content.ceil_char_boundary(word.start() + 1)
        } else {
            word.end()
        };
        if !joins {
            words.push(word.range());
        }
    }
    words
}

/// Whether a sentence ends between a number and a keyword.
pub(super) fn has_break(gap: &str) -> bool {
    BREAK.is_match(gap)
}

/// Whether a letter beside a number makes it part of a word.
pub(super) fn joins(char: char) -> bool {
    char == '_' || char.is_alphanumeric() && !has_no_spaces(char)
}

/// Characters without width. Emails put them between the digits of a code, so that a phone offers no call.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Arabic, Persian, Devanagari, Bengali and full-width digits become ASCII.
fn to_ascii_digit(char: char) -> char {
    let zeros = ['\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{ff10}'];
    let value = zeros
        .iter()
        .map(|&zero| (char as u32).wrapping_sub(zero as u32))
        .find(|value| *value < 10);
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(char)
}
