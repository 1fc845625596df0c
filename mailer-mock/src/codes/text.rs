use std::ops::Range;
use std::sync::LazyLock;

use regex::{Match, Regex, RegexBuilder};

static KEYWORDS: LazyLock<Regex> = LazyLock::new(|| word_pattern(include_str!("keywords.txt")));
static OTHER_CODES: LazyLock<Regex> = LazyLock::new(|| word_pattern(super::other_codes::OTHER_CODES));

/// The end of a sentence (an abbreviation is followed by a small letter), or an empty line that follows no colon.
static BREAK: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[.!?]\s+(?:$|(?-i:[^\p{Ll}\s]))|[。！？]|(?:^|[^:：\s])[^\S\n]*\n\s*\n"));

/// Words before a full stop that ends no sentence.
static ABBREVIATION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:acct|approx|dr|mr|mrs|ms|no|nr|ref|rs|sr|sra|st|str|tel)$"));

/// Scripts without spaces between words (Thai, Lao, Chinese, Japanese), and Korean, whose particles follow a word.
const WITHOUT_SPACES: &str = r"[\u{e00}-\u{eff}\u{2e80}-\u{10ffff}]";

/// How far the lines around a number are looked at.
pub(super) const MAX_LINE: usize = 1_000;

/// A text and its keywords.
#[derive(Debug)]
pub(super) struct Text {
    /// Without invisible characters, and with ASCII digits for those of other scripts.
    pub(super) content: String,
    /// In order.
    keywords: Vec<Range<usize>>,
}

impl Text {
    pub(super) fn of(content: &str) -> Self {
        let visible = content.chars().filter(|char| !is_invisible(*char));
        let content: String = visible.map(to_ascii_digit).collect();
        let (mut keywords, others) = (whole_words(&KEYWORDS, &content), whole_words(&OTHER_CODES, &content));
        keywords.retain(|word| {
            let next = others.partition_point(|other| other.end <= word.start);
            others.get(next).is_none_or(|other| other.start >= word.end)
        });
        Self { content, keywords }
    }

    /// What is between a number and the keywords before and after it, if there are any.
    pub(super) fn gaps(&self, number: &Range<usize>) -> [Option<&str>; 2] {
        let next = self.keywords.partition_point(|keyword| keyword.start < number.end);
        let before = next
            .checked_sub(1)
            .map(|last| self.keywords[last].end.min(number.start)..number.start);
        let after = self.keywords.get(next).map(|keyword| number.end..keyword.start);
        [before, after].map(|gap| gap.map(|gap| &self.content[gap]))
    }

    pub(super) fn has_keyword_within(&self, range: Range<usize>) -> bool {
        let first = self.keywords.partition_point(|keyword| keyword.start < range.start);
        self.keywords
            .get(first)
            .is_some_and(|keyword| keyword.start < range.end)
    }

    /// What is before and after a number: at most so many bytes.
    pub(super) fn around(&self, number: &Range<usize>, bytes: usize) -> [&str; 2] {
        let start = self.content.ceil_char_boundary(number.start.saturating_sub(bytes));
        let end = self.content.floor_char_boundary(number.end + bytes);
        [&self.content[start..number.start], &self.content[number.end..end]]
    }

    /// What the line has before and after a number.
    pub(super) fn line_around(&self, number: &Range<usize>) -> [&str; 2] {
        let [before, after] = self.around(number, MAX_LINE);
        [
            before.rsplit('\n').next().unwrap_or_default(),
            after.split('\n').next().unwrap_or_default(),
        ]
    }

    /// The line of a number with the two lines of text before it and the one after it.
    pub(super) fn lines_around(&self, number: &Range<usize>) -> Range<usize> {
        static LINES: LazyLock<[Regex; 2]> =
            LazyLock::new(|| [r"(?:[^\n]*\S[^\n]*\n\s*){0,2}[^\n]*$", r"^[^\n]*(?:\s*\n[^\n]*)?"].map(pattern));
        let lengths = [0, 1].map(|side| {
            LINES[side]
                .find(self.around(number, MAX_LINE)[side])
                .map_or(0, |lines| lines.len())
        });
        number.start - lengths[0]..number.end + lengths[1]
    }
}

/// A case-insensitive regular expression from a literal.
pub(crate) fn pattern(pattern: &str) -> Regex {
    let mut builder = RegexBuilder::new(pattern);
    builder.case_insensitive(true).build().expect("the pattern is valid")
}

/// The lines of a list that are not comments.
pub(super) fn lines(list: &str) -> impl Iterator<Item = &str> {
    list.lines().filter(|line| !line.starts_with('#'))
}

/// A pattern for the words in a list. The end of a word is part of the match, because a word boundary would be fifty
/// times as slow.
fn word_pattern(list: &str) -> Regex {
    let (joined, spaced): (Vec<&str>, Vec<&str>) = lines(list).partition(|line| line.contains(has_no_spaces));
    let end = format!(r"[^\p{{Alphabetic}}\p{{N}}]|{WITHOUT_SPACES}|\z");
    pattern(&format!(
        "(?P<spaced>{})(?:{end})|(?P<joined>{})",
        spaced.join("|"),
        joined.join("|")
    ))
}

/// Where a pattern matches whole words.
fn whole_words(pattern: &Regex, content: &str) -> Vec<Range<usize>> {
    let (mut words, mut at) = (Vec::new(), 0);
    while let Some(word) = pattern
        .captures_at(content, at)
        .and_then(|found| found.name("spaced").or(found.name("joined")))
    {
        let is_end = word.as_str().starts_with(is_letter) && content[..word.start()].ends_with(is_letter);
        at = if is_end {
            content.ceil_char_boundary(word.start() + 1)
        } else {
            word.end()
        };
        words.extend((!is_end).then(|| word.range()));
    }
    words
}

/// Whether a sentence ends between a number and a keyword.
pub(super) fn has_break(gap: &str) -> bool {
    BREAK.find_iter(gap).any(|end| !is_abbreviation(gap, &end))
}

pub(super) fn is_abbreviation(text: &str, end: &Match<'_>) -> bool {
    end.as_str().starts_with('.') && ABBREVIATION.is_match(&text[..end.start()])
}

/// Whether the character makes a word or number beside it part of a longer one.
pub(super) fn is_letter(char: char) -> bool {
    char.is_alphanumeric() && !has_no_spaces(char)
}

pub(super) fn has_no_spaces(char: char) -> bool {
    matches!(char, '\u{e00}'..='\u{eff}' | '\u{2e80}'..)
}

/// Characters without width. Emails put them between the digits of a code, so that a phone offers no call.
fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{feff}'
    ) || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// Arabic, Persian, Devanagari, Bengali and full-width digits become ASCII.
fn to_ascii_digit(char: char) -> char {
    let zeros = [0x660, 0x6f0, 0x966, 0x9e6, 0xff10_u32];
    let value = zeros
        .into_iter()
        .map(|zero| u32::from(char).wrapping_sub(zero))
        .find(|value| *value < 10);
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(char)
}
