//! Limits on the text of a document, checked in one pass over its tokens before anything parses it.
//!
//! The parser of async-graphql recurses as deep as values nest: 1,500 objects in each other, 6 KB, overflow a stack of
//! 2 MB. Its validation follows each spread of a fragment, so 22 fragments that each spread the next one twice, 700
//! bytes, take seconds. This pass is linear and does not recurse. Where it reads a malformed document differently from
//! the parser, it counts more, never less: it takes text for a string only where the parser does too.

const MAX_TOKENS: usize = 2_000;
/// The deepest nesting of brackets of any kind.
pub(crate) const MAX_NESTING: usize = 32;
const MAX_FRAGMENT_SPREADS: usize = 20;
const MAX_ALIASES: usize = 30;
const MAX_DIRECTIVES: usize = 20;
/// The longest name, in bytes. Validation quotes names in its errors, some of them once for each field.
const MAX_NAME: usize = 200;

/// A limit that a document exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LimitExceeded {
    /// What is limited.
    pub bound: &'static str,
    /// How much of it is allowed.
    pub limit: usize,
}

impl LimitExceeded {
    pub(super) fn check(bound: &'static str, count: usize, limit: usize) -> Result<(), Self> {
        if count > limit {
            return Err(Self { bound, limit });
        }
        Ok(())
    }
}

/// How often a document has what is limited.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    tokens: usize,
    /// Spreads of fragments, and inline fragments.
    pub spreads: usize,
    /// Fields with an alias.
    pub aliases: usize,
    /// Directives in any place.
    pub directives: usize,
    /// Places that declare or use a variable.
    pub variables: usize,
    nesting: usize,
    parentheses: usize,
}

/// Counts what a document has, up to the first limit that it exceeds.
pub(crate) fn check_limits(document: &str) -> Result<Counts, LimitExceeded> {
    let mut counts = Counts::default();
    let mut rest = document.as_bytes();
    while !rest.is_empty() {
        let (token, after) = rest.split_at(token_length(rest));
        counts.add(token)?;
        // No document ends with a string. If this one is not terminated, the parser reads `""` and goes on after that.
        let is_unterminated = after.is_empty() && token.starts_with(b"\"\"\"");
        LimitExceeded::check("unterminatedStrings", usize::from(is_unterminated), 0)?;
        rest = after;
    }
    Ok(counts)
}

/// The length in bytes of the first token of a text. A comment and a space are tokens here too.
fn token_length(text: &[u8]) -> usize {
    match text {
        [b'#', ..] => length_until(text, |byte| matches!(byte, b'\n' | b'\r')),
        [b'"', b'"', b'"', ..] => block_string(text),
        [b'"', ..] => string(text),
        [b'.', b'.', b'.', ..] => 3,
        [first, ..] if is_word(*first) => length_until(text, |byte| !is_word(byte)),
        _ => 1,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn length_until(text: &[u8], end: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|byte| end(*byte)).unwrap_or(text.len())
}

/// The length of a string. A string that is not terminated ends with its line.
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

/// The length of a block string. It ends at three quotes without a backslash before them.
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

impl Counts {
    fn add(&mut self, token: &[u8]) -> Result<(), LimitExceeded> {
        match token {
            [b' ' | b'\t' | b'\n' | b'\r' | b',' | b'#', ..] => return Ok(()),
            b"{" | b"[" => self.nesting += 1,
            b"}" | b"]" => self.nesting = self.nesting.saturating_sub(1),
            b"(" => {
                self.nesting += 1;
                self.parentheses += 1;
            }
            b")" => {
                self.nesting = self.nesting.saturating_sub(1);
                self.parentheses = self.parentheses.saturating_sub(1);
            }
            b"..." => self.spreads += 1,
            // In parentheses a colon belongs to an argument, a variable or an input field.
            b":" => self.aliases += usize::from(self.parentheses == 0),
            b"@" => self.directives += 1,
            b"$" => self.variables += 1,
            [first, ..] if is_word(*first) => LimitExceeded::check("nameBytes", token.len(), MAX_NAME)?,
            _ => {}
        }
        self.tokens += 1;
        LimitExceeded::check("tokens", self.tokens, MAX_TOKENS)?;
        LimitExceeded::check("nesting", self.nesting, MAX_NESTING)?;
        LimitExceeded::check("fragmentSpreads", self.spreads, MAX_FRAGMENT_SPREADS)?;
        LimitExceeded::check("aliases", self.aliases, MAX_ALIASES)?;
        LimitExceeded::check("directives", self.directives, MAX_DIRECTIVES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exceeded(document: &str) -> Option<&'static str> {
        check_limits(document).err().map(|exceeded| exceeded.bound)
    }

    #[test]
    fn limits_are_inclusive() {
        fn repeated(before: &str, part: &str, times: usize, after: &str) -> String {
            format!("{before}{}{after}", part.repeat(times))
        }
        for (bound, limit, document) in [
            (
                "tokens",
                MAX_TOKENS,
                (|n| repeated("{", "a ", n - 2, "}")) as fn(usize) -> String,
            ),
            ("nesting", MAX_NESTING, |n| repeated("", "{a", n, "")),
            ("fragmentSpreads", MAX_FRAGMENT_SPREADS, |n| {
                repeated("{", "...F ", n, "}")
            }),
            ("aliases", MAX_ALIASES, |n| repeated("{", "a:me ", n, "}")),
            ("directives", MAX_DIRECTIVES, |n| repeated("{me ", "@a ", n, "}")),
            ("nameBytes", MAX_NAME, |n| repeated("{", "a", n, "}")),
        ] {
            assert_eq!(exceeded(&document(limit)), None, "{bound}");
            assert_eq!(exceeded(&document(limit + 1)), Some(bound), "{bound}");
        }
    }

    #[test]
    fn all_kinds_of_brackets_count_as_nesting() {
        for open in ["{", "[", "("] {
            assert_eq!(exceeded(&open.repeat(20_000)), Some("nesting"), "{open}");
        }
        // The parser itself stops at unclosed brackets, and overflows the stack on these.
        for (open, close) in [("[", "]"), ("{a:", "}")] {
            let value = open.repeat(1_500) + "1" + &close.repeat(1_500);
            assert_eq!(exceeded(&format!("{{f(a:{value})}}")), Some("nesting"), "{open}");
        }
    }

    #[test]
    fn strings_and_comments_are_not_counted() {
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
    fn text_after_strings_and_comments_is_counted() {
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
    fn block_string_without_an_end_hides_nothing() {
        for document in ["{a(b:[\"\"\"x\"])...F}", "{a(b:\"\"\"", "{a(b:\"\"\"\\\"\"\""] {
            assert_eq!(exceeded(document), Some("unterminatedStrings"), "{document}");
        }
        assert_eq!(exceeded("{a(b:\"\"\"x\"\"\")}"), None);
    }

    #[test]
    fn arguments_and_variables_do_not_count_as_aliases() {
        let arguments = "a:1 ".repeat(100);
        assert_eq!(
            exceeded(&format!("query($v:Int){{me(b:{{{arguments}}}, {arguments})}}")),
            None
        );
    }
}
