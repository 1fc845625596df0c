/// A text taken apart into its words: runs of letters, digits and `_`.
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
        let mut words = Vec::new();
        let mut line = 0;
        let mut start = None;
        for (at, char) in source.char_indices() {
            let in_word = char.is_alphanumeric() || char == '_';
            match start {
                None if in_word => start = Some(at),
                Some(begun) if !in_word => {
                    start = None;
                    words.push(Word {
                        start: begun,
                        end: at,
                        line,
                    });
                }
                _ => {}
            }
            line += usize::from(char == '\n');
        }
        words.extend(start.map(|begun| Word {
            start: begun,
            end: source.len(),
            line,
        }));
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

    pub(super) fn lowercase(&self, index: usize) -> String {
        self.text(index).to_lowercase()
    }

    /// The number of the line that a word is on; none for a word that does not exist.
    pub(super) fn line(&self, index: usize) -> Option<usize> {
        self.words.get(index).map(|word| word.line)
    }

    /// What stands between two words.
    pub(super) fn between(&self, earlier: usize, later: usize) -> &'a str {
        match (self.words.get(earlier), self.words.get(later)) {
            (Some(earlier), Some(later)) => &self.source[earlier.end..later.start],
            _ => "",
        }
    }

    /// What stands between a word and the one before it, or the beginning.
    pub(super) fn before(&self, index: usize) -> &'a str {
        let start = match index.checked_sub(1) {
            Some(previous) => self.words[previous].end,
            None => 0,
        };
        &self.source[start..self.words[index].start]
    }

    /// What stands between a word and the one after it, or the end.
    pub(super) fn after(&self, index: usize) -> &'a str {
        let end = self.words.get(index + 1).map_or(self.source.len(), |next| next.start);
        &self.source[self.words[index].end..end]
    }

    /// The words on the line of a word, as far as it goes within `reach` words on either side.
    pub(super) fn same_line(&self, index: usize, reach: usize) -> impl Iterator<Item = usize> {
        let range = index.saturating_sub(reach)..(index + reach + 1).min(self.len());
        range.filter(move |&other| self.line(other) == self.line(index))
    }
}
