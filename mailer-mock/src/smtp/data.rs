/// Takes the content of a mail out of the stream after `DATA`: undoes the dot-stuffing and finds the end (RFC 5321,
/// sections 4.1.1.4 and 4.5.2).
///
/// Only CR LF dot CR LF ends a mail. Receivers that also take a bare CR or LF for a line break disagree with those that
/// do not about where a mail ends, which lets a mail carry another one with a forged sender ("SMTP smuggling"). Such
/// bytes are content here. (`smtp_proto` has a receiver too; it ends at CR LF dot CR CR LF, and misses the end of an
/// empty mail.)
#[derive(Debug)]
pub(super) struct DataReader {
    state: State,
    content: Vec<u8>,
    limit: usize,
    too_large: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// After CR LF, or at the beginning: the line break after `DATA` counts.
    LineStart,
    /// After the dot that a line begins with, which is dropped.
    Dot,
    /// After that dot and a CR, which is held back.
    DotCr,
    /// After a CR.
    Cr,
    /// Anywhere else.
    Text,
}

impl DataReader {
    /// Keeps at most `limit` bytes of content.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            state: State::LineStart,
            content: Vec::new(),
            limit,
            too_large: false,
        }
    }

    /// Takes what has arrived. When the mail ends in it, answers how many of the bytes belong to the mail, with its
    /// final dot; what follows are commands.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, &byte) in bytes.iter().enumerate() {
            self.state = match (self.state, byte) {
                (State::DotCr, b'\n') => return Some(at + 1),
                (State::LineStart, b'.') => State::Dot,
                (State::Dot, b'\r') => State::DotCr,
                (State::DotCr, _) => {
                    self.keep(b'\r');
                    self.text(byte)
                }
                (State::Cr, b'\n') => {
                    self.keep(byte);
                    State::LineStart
                }
                _ => self.text(byte),
            };
        }
        None
    }

    /// The content, or none when it was larger than the limit.
    pub(super) fn finish(self) -> Option<Vec<u8>> {
        (!self.too_large).then_some(self.content)
    }

    fn text(&mut self, byte: u8) -> State {
        self.keep(byte);
        if byte == b'\r' { State::Cr } else { State::Text }
    }

    fn keep(&mut self, byte: u8) {
        if self.content.len() < self.limit {
            self.content.push(byte);
        } else if !self.too_large {
            self.too_large = true;
            // What is kept would only be thrown away.
            self.content = Vec::new();
            self.limit = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DataReader;

    /// The content and what follows the end, however the bytes are cut.
    fn read(stream: &str) -> Option<(String, &str)> {
        let read_in = |chunk: usize| {
            let mut reader = DataReader::new(1_000);
            let mut at = 0;
            let end = stream.as_bytes().chunks(chunk).find_map(|bytes| {
                let end = reader.take(bytes).map(|end| at + end);
                at += bytes.len();
                end
            })?;
            let content = String::from_utf8(reader.finish()?).ok()?;
            Some((content, &stream[end..]))
        };
        let whole = read_in(1_000);
        assert_eq!(read_in(1), whole, "{stream:?}");
        assert_eq!(read_in(3), whole, "{stream:?}");
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
            assert_eq!(read(stream), Some((content.to_owned(), "")), "{stream:?}");
        }
    }

    #[test]
    fn leaves_what_follows() {
        assert_eq!(read("a\r\n.\r\nQUIT\r\n"), Some(("a\r\n".to_owned(), "QUIT\r\n")));
    }

    #[test]
    fn nothing_but_the_five_bytes_ends_a_mail() {
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
            assert_eq!(read(&stream), None, "{smuggled:?}");
        }
    }

    #[test]
    fn finds_the_end_of_a_mail_that_is_too_large() {
        let mut reader = DataReader::new(3);
        assert_eq!(reader.take(b"abcd"), None);
        assert_eq!(reader.take(b"\r\n.\r\nNOOP"), Some(5));
        assert_eq!(reader.finish(), None);

        let mut reader = DataReader::new(3);
        assert_eq!(reader.take(b"a\r\n.\r\n"), Some(6));
        assert_eq!(reader.finish(), Some(b"a\r\n".to_vec()));
    }
}
