/// Decodes the content of a message after `DATA`: undoes dot-stuffing and finds the end (RFC 5321, sections 4.1.1.4 and
/// 4.5.2).
///
/// Only CR LF dot CR LF ends a message; a bare CR or LF is content. Servers that disagree about this allow SMTP
/// smuggling: one message hides another with a forged sender. (The decoder of `smtp_proto` also accepts CR LF dot CR CR
/// LF, and misses the end of an empty message.)
#[derive(Debug)]
pub(super) struct DataDecoder {
    state: State,
    content: Vec<u8>,
    limit: usize,
    too_large: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// After CR LF, or at the start.
    LineStart,
    /// After a dot at the start of a line, which is not kept.
    Dot,
    /// After that dot and a CR, which is not kept yet.
    DotCr,
    /// After a CR.
    Cr,
    /// Anywhere else.
    Text,
}

impl DataDecoder {
    /// Keeps at most `limit` bytes of content.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            state: State::LineStart,
            content: Vec::new(),
            limit,
            too_large: false,
        }
    }

    /// Decodes more bytes. If the message ends in them, returns how many belong to it; commands follow.
    pub(super) fn decode(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, &byte) in bytes.iter().enumerate() {
            self.state = match (self.state, byte) {
                (State::DotCr, b'\n') => return Some(at + 1),
                (State::LineStart, b'.') => State::Dot,
                (State::Dot, b'\r') => State::DotCr,
                (State::DotCr, _) => {
                    self.push(b'\r');
                    self.push_text(byte)
                }
                (State::Cr, b'\n') => {
                    self.push(byte);
                    State::LineStart
                }
                _ => self.push_text(byte),
            };
        }
        None
    }

    /// The content; `None` if it exceeded the limit.
    pub(super) fn finish(self) -> Option<Vec<u8>> {
        (!self.too_large).then_some(self.content)
    }

    fn push_text(&mut self, byte: u8) -> State {
        self.push(byte);
        if byte == b'\r' { State::Cr } else { State::Text }
    }

    fn push(&mut self, byte: u8) {
        if self.content.len() < self.limit {
            self.content.push(byte);
        } else if !self.too_large {
            self.too_large = true;
            self.content = Vec::new();
            self.limit = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DataDecoder;

    /// The content and the rest of the stream, which must not depend on the chunk size.
    fn decode(stream: &str) -> Option<(String, &str)> {
        let decode_in = |chunk: usize| {
            let mut decoder = DataDecoder::new(1_000);
            let mut at = 0;
            let end = stream.as_bytes().chunks(chunk).find_map(|bytes| {
                let end = decoder.decode(bytes).map(|end| at + end);
                at += bytes.len();
                end
            })?;
            let content = String::from_utf8(decoder.finish()?).ok()?;
            Some((content, &stream[end..]))
        };
        let whole = decode_in(1_000);
        assert_eq!(decode_in(1), whole, "{stream:?}");
        assert_eq!(decode_in(3), whole, "{stream:?}");
        whole
    }

    #[test]
    fn undoes_dot_stuffing() {
        for (stream, content) in [
            (".\r\n", ""),
            ("a\r\n.\r\n", "a\r\n"),
            ("..\r\n.\r\n", ".\r\n"),
            ("..a\r\n...b\r\n.\r\n", ".a\r\n..b\r\n"),
            ("a.\r\n.\r\n", "a.\r\n"),
            ("a\r\n.b\r\n.\r\n", "a\r\nb\r\n"),
        ] {
            assert_eq!(decode(stream), Some((content.to_owned(), "")), "{stream:?}");
        }
    }

    #[test]
    fn commands_after_the_end_are_left() {
        assert_eq!(decode("a\r\n.\r\nQUIT\r\n"), Some(("a\r\n".to_owned(), "QUIT\r\n")));
    }

    #[test]
    fn only_crlf_dot_crlf_ends_a_message() {
        for smuggled in [
            "\n.\n",
            "\n.\r\n",
            "\r.\r",
            "\r.\r\n",
            "\r\n.\n",
            "\r\n.\r",
            "\r\n.\r\r\n",
            "\r\n.\0\r\n",
            "\r\n. \r\n",
            "\r\n\r.\r\n",
            "\n\r.\r\n",
        ] {
            let stream = format!("a{smuggled}MAIL FROM:<>\r\n");
            assert_eq!(decode(&stream), None, "{smuggled:?}");
        }
    }

    #[test]
    fn finds_the_end_of_a_message_beyond_the_limit() {
        let mut decoder = DataDecoder::new(3);
        assert_eq!(decoder.decode(b"abcd"), None);
        assert_eq!(decoder.decode(b"\r\n.\r\nNOOP"), Some(5));
        assert_eq!(decoder.finish(), None);

        let mut decoder = DataDecoder::new(3);
        assert_eq!(decoder.decode(b"a\r\n.\r\n"), Some(6));
        assert_eq!(decoder.finish(), Some(b"a\r\n".to_vec()));
    }
}
