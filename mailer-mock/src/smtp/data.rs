/// Decodes the content of a message after `DATA`: undoes dot-stuffing and finds the end (RFC 5321, sections 4.1.1.4 and
/// 4.5.2).
///
/// Only CR LF dot CR LF ends a message; a bare CR or LF is content. Servers that disagree about this allow SMTP
/// smuggling: one message hides another with a forged sender. (The decoder of `smtp_proto` also accepts CR LF dot CR CR
/// LF, and misses the end of an empty message.)
#[derive(Debug)]
pub(super) struct DataDecoder {
    content: Vec<u8>,
    /// The last bytes of the stream. The content starts on a new line.
    last: [u8; 5],
    limit: usize,
    too_large: bool,
}

impl DataDecoder {
    /// Keeps at most `limit` bytes of content.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            content: Vec::new(),
            last: *b"\0\0\0\r\n",
            limit,
            too_large: false,
        }
    }

    /// Decodes more bytes. If the message ends in them, returns how many belong to it; commands follow.
    pub(super) fn decode(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, &byte) in bytes.iter().enumerate() {
            let is_stuffing = byte == b'.' && self.last.ends_with(b"\r\n");
            self.last.rotate_left(1);
            self.last[4] = byte;
            if self.last == *b"\r\n.\r\n" {
                // The CR after the dot.
                self.content.pop();
                return Some(at + 1);
            }
            if !is_stuffing && !self.too_large {
                self.content.push(byte);
            }
            // That CR is beyond the limit.
            if self.content.len() > self.limit + 1 {
                self.too_large = true;
                self.content = Vec::new();
            }
        }
        None
    }

    /// The content; `None` if it exceeded the limit.
    pub(super) fn finish(self) -> Option<Vec<u8>> {
        (!self.too_large && self.content.len() <= self.limit).then_some(self.content)
    }
}
