//! Splits the input into lines of bounded length.

use std::io::{self, BufRead, Read};

use super::line::InvalidLine;

/// The longest line, without its end. An address, a hash and a language have some hundred bytes.
pub(super) const MAX_LINE: usize = 16 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The number of a line, and its text.
type NumberedLine<'a> = (u64, Result<&'a [u8], InvalidLine>);

/// The lines of an input, numbered from 1.
pub(super) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    number: u64,
    bytes: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            number: 0,
            bytes: 0,
        }
    }

    /// How many bytes were read.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next line, without its end (LF or CRLF) and without a byte order mark.
    pub(super) fn next(&mut self) -> io::Result<Option<NumberedLine<'_>>> {
        self.buffer.clear();
        let read = self.read_up_to(MAX_LINE + 2)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let mut ended = self.buffer.ends_with(b"\n");
        let is_whole = ended || read < MAX_LINE + 2;
        while !ended && !is_whole {
            self.buffer.clear();
            let read = self.read_up_to(MAX_LINE)?;
            ended = read == 0 || self.buffer.ends_with(b"\n");
        }
        let line = self.buffer.as_slice();
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = match self.number {
            1 => line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line),
            _ => line,
        };
        let line = if is_whole && line.len() <= MAX_LINE {
            Ok(line)
        } else {
            Err(InvalidLine::TooLong)
        };
        Ok(Some((self.number, line)))
    }

    fn read_up_to(&mut self, limit: usize) -> io::Result<usize> {
        let read = self
            .input
            .by_ref()
            .take(limit as u64)
            .read_until(b'\n', &mut self.buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(input: &[u8]) -> Vec<(u64, Result<String, InvalidLine>)> {
        let mut lines = Lines::new(input);
        let mut all = Vec::new();
        while let Some((number, line)) = lines.next().expect("memory can be read") {
            all.push((number, line.map(|line| String::from_utf8_lossy(line).into_owned())));
        }
        assert_eq!(lines.bytes(), input.len() as u64);
        all
    }

    #[test]
    fn line_ends_and_byte_order_mark_are_dropped() {
        let expected = ["a", "", "b", "\u{feff}c"].map(|line| Ok(line.to_owned()));
        let expected: Vec<_> = (1..).zip(expected).collect();
        assert_eq!(lines("\u{feff}a\r\n\nb\r\n\u{feff}c".as_bytes()), expected);
        assert_eq!(lines(b""), []);
    }

    #[test]
    fn long_line_is_refused_and_the_next_one_is_read() {
        let fits = "x".repeat(MAX_LINE);
        for end in ["\n", "\r\n"] {
            for (length, is_allowed) in [(MAX_LINE, true), (MAX_LINE + 1, false), (5 * MAX_LINE + 7, false)] {
                let input = format!("{}{end}next", "x".repeat(length));
                let first = if is_allowed {
                    Ok(fits.clone())
                } else {
                    Err(InvalidLine::TooLong)
                };
                assert_eq!(
                    lines(input.as_bytes()),
                    [(1, first), (2, Ok("next".to_owned()))],
                    "{length}"
                );
            }
        }
        assert_eq!(
            lines("x".repeat(MAX_LINE + 2).as_bytes()),
            [(1, Err(InvalidLine::TooLong))]
        );
    }
}
