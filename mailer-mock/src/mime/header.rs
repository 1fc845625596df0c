use std::borrow::Cow;

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders};

use super::{charset, encoded_words};

/// Splits a message or a part into its header, with the last line break, and the body after the empty line. Without a
/// header field at the start, everything is the body. A byte order mark and the first line of a mailbox file are
/// skipped.
pub(crate) fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    let marked = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let is_separator = |line: &&[u8]| line.starts_with(b"From ") || line.starts_with(b">From ");
    let separator = marked
        .split_inclusive(|&byte| byte == b'\n')
        .next()
        .filter(is_separator);
    let unmarked = &marked[separator.unwrap_or_default().len()..];
    let raw = if is_field(unmarked) { unmarked } else { raw };
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

/// Parses the header of a message or a part. Of several fields with one name the first counts, as in mail programs.
pub(crate) fn parse_header(raw: &[u8]) -> Message<'_> {
    let (header, _) = split(raw);
    let message = parse(header);
    let label = message
        .content_type()
        .and_then(|content_type| content_type.attribute("charset"));
    // Old programs write text in the character set of the message into the header. ISO-2022 starts with an escape.
    if str::from_utf8(header).is_err() || label.is_some() && header.contains(&b'\x1b') {
        return parse(charset::decode(header, label).as_bytes()).into_owned();
    }
    message
}

fn parse(header: &[u8]) -> Message<'_> {
    let parser = MessageParser::default();
    let message = match encoded_words::join_sections(encoded_words::to_utf8(header)) {
        Cow::Borrowed(header) => parser.parse_headers(header),
        Cow::Owned(header) => parser.parse_headers(&header).map(Message::into_owned),
    };
    let mut message = message.unwrap_or_default();
    match message.parts.first_mut() {
        // A lookup takes the last one.
        Some(part) => part.headers.reverse(),
        None => message.parts.push(MessagePart::default()),
    }
    message
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

/// The subject. `mail_parser` would put spaces around an encoded word, which many programs write next to other text.
pub(crate) fn subject(header: &Message<'_>) -> String {
    let raw = header.header_raw("Subject").unwrap_or_default();
    let lines: Vec<&str> = raw.lines().map(str::trim).collect();
    encoded_words::decode(lines.join(" ").trim())
}

/// A field starts with a name of printable characters without spaces, and a colon, perhaps after spaces.
pub(super) fn is_field(line: &[u8]) -> bool {
    let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
    let is_name = name.trim_ascii_end().iter().all(u8::is_ascii_graphic) && !name.contains(&b'\n');
    is_name && !name.is_empty() && name.len() < line.len()
}
