use mail_parser::{Message, MessageParser, MessagePart};

/// Splits a message or a part into its header, with the last line break, and the body after the empty line. Without a
/// header field at the start, everything is the body.
pub(crate) fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    for line in raw.split_inclusive(|&byte| byte == b'\n') {
        if matches!(line, b"\r\n" | b"\n") {
            return (&raw[..end], &raw[end + line.len()..]);
        }
        if end == 0 && !is_field(line) {
            return (&[], raw);
        }
        end += line.len();
    }
    (raw, &[])
}

/// Parses the header of a message or a part.
pub(crate) fn parse_header(raw: &[u8]) -> Message<'_> {
    let (header, _) = split(raw);
    MessageParser::default()
        .parse_headers(header)
        .unwrap_or_else(|| Message {
            // The lookup of a header field expects a first part.
            parts: vec![MessagePart::default()],
            ..Message::default()
        })
}

/// The fields of a header, in order, unfolded but not decoded (RFC 5322, section 2.2).
pub(crate) fn fields(header: &[u8]) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in String::from_utf8_lossy(header).lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim_end().to_owned(), value.trim().to_owned()));
        }
    }
    fields
}

/// A field starts with a name of printable characters without spaces, and a colon.
fn is_field(line: &[u8]) -> bool {
    let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
    !name.is_empty() && name.len() < line.len() && name.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_header_and_body() {
        for (mail, header, body) in [
            ("A: b\r\nC: d\r\n\r\nbody", "A: b\r\nC: d\r\n", "body"),
            ("A: b\n\nbody\n\n", "A: b\n", "body\n\n"),
            ("A: b\r\n", "A: b\r\n", ""),
            ("\r\nbody", "", "body"),
            ("Your code: 4466\r\n\r\n", "", "Your code: 4466\r\n\r\n"),
            ("no field", "", "no field"),
            (":", "", ":"),
            ("", "", ""),
        ] {
            let expected = (header.as_bytes(), body.as_bytes());
            assert_eq!(split(mail.as_bytes()), expected, "{mail:?}");
        }
    }

    #[test]
    fn unfolds_fields() {
        let header = b"Subject: one\r\n  two\r\nX-A:1\r\nnonsense\r\nX-A: a:b\r\n";
        let expected = [("Subject", "one two"), ("X-A", "1"), ("X-A", "a:b")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(fields(header), expected);
    }
}
