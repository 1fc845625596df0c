/// A text split into words: runs of letters, digits and `_`.
#[derive(Debug)]
pub(super) struct Words<'a> {
    source: &'a str,
    words: Vec<Word>,
}

#[derive(Debug)]
struct Word {
    start: usize,
    end: usize,
    line: usize,
}

impl<'a> Words<'a> {
    pub(super) fn of(source: &'a str) -> Self {
        let is_separator = |char: char| !char.is_alphanumeric() && char != '_';
        let (mut start, mut line) = (0, 0);
        let mut words = Vec::new();
        for piece in source.split_inclusive(is_separator) {
            let end = start + piece.trim_end_matches(is_separator).len();
            if start < end {
                words.push(Word { start, end, line });
            }
            line += usize::from(piece.ends_with('\n'));
            start += piece.len();
        }
        Self { source, words }
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    pub(super) fn text(&self, index: usize) -> &'a str {
        self.words
            .get(index)
            .map_or("", |word| &self.source[word.start..word.end])
    }

    /// The word `back` places before; empty if there is none.
    pub(super) fn previous(&self, index: usize, back: usize) -> &'a str {
        index.checked_sub(back).map_or("", |previous| self.text(previous))
    }

    pub(super) fn lowercase(&self, index: usize) -> String {
        self.text(index).to_lowercase()
    }

    /// The number of the line that a word is on; `None` if there is no such word.
    pub(super) fn line(&self, index: usize) -> Option<usize> {
        self.words.get(index).map(|word| word.line)
    }

    /// The text between two words.
    pub(super) fn between(&self, earlier: usize, later: usize) -> &'a str {
        match (self.words.get(earlier), self.words.get(later)) {
            (Some(earlier), Some(later)) => &self.source[earlier.end..later.start],
            _ => "",
        }
    }

    /// The text between the previous word, or the start, and this one.
    pub(super) fn before(&self, index: usize) -> &'a str {
        let start = index.checked_sub(1).map_or(0, |previous| self.words[previous].end);
        &self.source[start..self.words[index].start]
    }

    /// The text between this word and the next one, or the end.
    pub(super) fn after(&self, index: usize) -> &'a str {
        let end = self.words.get(index + 1).map_or(self.source.len(), |next| next.start);
        &self.source[self.words[index].end..end]
    }

    /// The words on the same line, at most `limit` on either side.
    pub(super) fn same_line(&self, index: usize, limit: usize) -> impl Iterator<Item = usize> {
        let range = index.saturating_sub(limit)..(index + limit + 1).min(self.len());
        range.filter(move |&other| self.line(other) == self.line(index))
    }
}
