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
