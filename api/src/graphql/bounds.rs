//! Bounds on the text of a document, found in one pass over its tokens, before anything walks it.
//!
//! The parser and the validation of async-graphql do work that grows exponentially with fragments and recurse as deep as
//! brackets nest, so a kilobyte can hang or abort the process. This pass is linear and does not recurse. Where it reads
//! a malformed document otherwise than the parser would, it counts more, never less: text is taken for a string only
//! where the parser would do so too.

/// Which bound a document exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exceeded {
    /// What there is too much of.
    pub bound: &'static str,
    /// How much of it is allowed.
    pub limit: usize,
}

const TOKENS: usize = 2_000;
pub(super) const NESTING: usize = 32;
const FRAGMENT_SPREADS: usize = 20;
const ALIASES: usize = 30;
const DIRECTIVES: usize = 20;

/// Checks a document against all bounds.
pub(super) fn check(document: &str) -> Result<(), Exceeded> {
    count(document).map(drop)
}

/// What a document has of what is bounded.
pub(super) fn count(document: &str) -> Result<Count, Exceeded> {
    let mut count = Count::default();
    let mut rest = document.as_bytes();
    while let Some((token, length)) = next_token(rest) {
        count.add(token)?;
        rest = &rest[length..];
    }
    Ok(count)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Ignored,
    Open(u8),
    Close(u8),
    Spread,
    Colon,
    At,
    Other,
}

/// The token at the beginning of the text and its length in bytes.
fn next_token(text: &[u8]) -> Option<(Token, usize)> {
    let first = *text.first()?;
    Some(match first {
        b' ' | b'\t' | b'\n' | b'\r' | b',' => (Token::Ignored, 1),
        b'#' => (
            Token::Ignored,
            length_until(text, |byte| byte == b'\n' || byte == b'\r'),
        ),
        b'"' if text.starts_with(b"\"\"\"") => (Token::Other, block_string(text)),
        b'"' => (Token::Other, string(text)),
        b'{' | b'[' | b'(' => (Token::Open(first), 1),
        b'}' | b']' | b')' => (Token::Close(first), 1),
        b'.' if text.starts_with(b"...") => (Token::Spread, 3),
        b':' => (Token::Colon, 1),
        b'@' => (Token::At, 1),
        _ if is_word(first) => (Token::Other, length_until(text, |byte| !is_word(byte))),
        _ => (Token::Other, 1),
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn length_until(text: &[u8], end: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|byte| end(*byte)).unwrap_or(text.len())
}

/// A string ends at its quote, or, malformed, at the end of its line.
fn string(text: &[u8]) -> usize {
    let mut escaped = false;
    for (index, byte) in text.iter().enumerate().skip(1) {
        match byte {
            b'\n' | b'\r' => return index,
            b'"' if !escaped => return index + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// A block string ends at three quotes that no backslash precedes.
fn block_string(text: &[u8]) -> usize {
    let mut index = 3;
    while index < text.len() {
        if text[index..].starts_with(b"\\\"\"\"") {
            index += 4;
        } else if text[index..].starts_with(b"\"\"\"") {
            return index + 3;
        } else {
            index += 1;
        }
    }
    text.len()
}

#[derive(Default)]
pub(super) struct Count {
    tokens: usize,
    pub(super) spreads: usize,
    pub(super) aliases: usize,
    pub(super) directives: usize,
    nesting: usize,
    parentheses: usize,
}

impl Count {
    fn add(&mut self, token: Token) -> Result<(), Exceeded> {
        match token {
            Token::Ignored => return Ok(()),
            Token::Open(bracket) => {
                self.nesting += 1;
                self.parentheses += usize::from(bracket == b'(');
            }
            Token::Close(bracket) => {
                self.nesting = self.nesting.saturating_sub(1);
                self.parentheses = self.parentheses.saturating_sub(usize::from(bracket == b')'));
            }
            Token::Spread => self.spreads += 1,
            // Within parentheses a colon names an argument, a variable's type or an input field.
            Token::Colon => self.aliases += usize::from(self.parentheses == 0),
            Token::At => self.directives += 1,
            Token::Other => {}
        }
        self.tokens += 1;
        for (bound, count, limit) in [
            ("tokens", self.tokens, TOKENS),
            ("nesting", self.nesting, NESTING),
            ("fragmentSpreads", self.spreads, FRAGMENT_SPREADS),
            ("aliases", self.aliases, ALIASES),
            ("directives", self.directives, DIRECTIVES),
        ] {
            if count > limit {
                return Err(Exceeded { bound, limit });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exceeded(document: &str) -> Option<&'static str> {
        check(document).err().map(|exceeded| exceeded.bound)
    }

    #[test]
    fn each_bound_holds_at_its_limit_and_not_beyond() {
        fn repeated(before: &str, part: &str, times: usize, after: &str) -> String {
            format!("{before}{}{after}", part.repeat(times))
        }
        for (bound, limit, document) in [
            (
                "tokens",
                TOKENS,
                (|n| repeated("{", "a ", n - 2, "}")) as fn(usize) -> String,
            ),
            ("nesting", NESTING, |n| repeated("", "{a", n, "")),
            ("fragmentSpreads", FRAGMENT_SPREADS, |n| repeated("{", "...F ", n, "}")),
            ("aliases", ALIASES, |n| repeated("{", "a:me ", n, "}")),
            ("directives", DIRECTIVES, |n| repeated("{me ", "@a ", n, "}")),
        ] {
            assert_eq!(exceeded(&document(limit)), None, "{bound}");
            assert_eq!(exceeded(&document(limit + 1)), Some(bound), "{bound}");
        }
    }

    #[test]
    fn every_bracket_nests() {
        for open in ["{", "[", "("] {
            assert_eq!(exceeded(&open.repeat(20_000)), Some("nesting"), "{open}");
        }
    }

    #[test]
    fn strings_and_comments_count_as_what_they_are() {
        let dots = "...[{(:@".repeat(500);
        for document in [
            format!("mutation{{register(input:{{email:\"a\",password:\"{dots}\"}}){{__typename}}}}"),
            format!("{{a(b:\"\\\"{dots}\")}}"),
            format!("{{a(b:\"\"\"{dots}\"\n\\\"\"\"{dots}\"\"\")}}"),
            format!("{{me{{id}}}} # {dots}\n"),
        ] {
            assert_eq!(exceeded(&document), None, "{document}");
        }
    }

    #[test]
    fn what_follows_a_string_or_comment_counts_again() {
        let spreads = "...F ".repeat(21);
        for hidden in [
            format!("{{a(b:\"\"){spreads}}}"),
            format!("{{a(b:\"\\\\\"){spreads}}}"),
            format!("{{a(b:\"\"\"\"\"\"){spreads}}}"),
            format!("{{a(b:\"unterminated\n{spreads}}}"),
            format!("# comment\r{{{spreads}}}"),
        ] {
            assert_eq!(exceeded(&hidden), Some("fragmentSpreads"), "{hidden}");
        }
    }

    #[test]
    fn arguments_and_variables_are_no_aliases() {
        let arguments = "a:1 ".repeat(100);
        assert_eq!(
            exceeded(&format!("query($v:Int){{me(b:{{{arguments}}}, {arguments})}}")),
            None
        );
    }
}
