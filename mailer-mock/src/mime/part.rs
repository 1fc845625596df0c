use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{ContentType, Message, MimeHeaders};

use super::charset;
use super::header::{is_field, parse_header, split};

/// How deep multiparts may be nested. Deeper parts are ignored; email programs use three or four levels.
pub(super) const MAX_DEPTH: usize = 16;

/// How many parts are read. There is room for a million empty ones in a message.
const MAX_PARTS: usize = 1_000;

/// A part that contains no other parts.
pub(super) struct Part<'a> {
    pub(super) header: Message<'a>,
    content: &'a [u8],
    pub(super) kind: PartKind,
}

#[derive(Clone, Copy)]
pub(super) enum PartKind {
    Text,
    Html,
    Attachment,
}

/// The parts of a message, in order.
pub(super) fn parts(raw: &[u8]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    collect(raw, MAX_DEPTH, false, &mut parts);
    parts
}

/// A text with a file name is a file if `names_are_files`.
fn collect<'a>(entity: &'a [u8], depth: usize, names_are_files: bool, parts: &mut Vec<Part<'a>>) {
    if parts.len() >= MAX_PARTS {
        return;
    }
    let header = parse_header(entity);
    let (_, content) = split(entity);
    let (media_type, subtype) = media_type(&header);
    let is_file = || {
        header.content_disposition().is_some_and(ContentType::is_attachment)
            || names_are_files && header.attachment_name().is_some()
    };
    let kind = match (media_type.as_str(), subtype.as_str()) {
        // Nested too deep.
        ("multipart", _) if depth == 0 => return,
        ("multipart", subtype) => {
            let boundary = header
                .content_type()
                .and_then(|t| t.attribute("boundary"))
                .unwrap_or_default();
            let entities = Some(split_multipart(content, boundary.as_bytes())).filter(|entities| !entities.is_empty());
            let entities = entities.unwrap_or_else(|| split_multipart(content, guess_boundary(content)));
            // Alternatives, and the HTML that pictures are related to, are the text of the message whatever their name.
            for (index, entity) in entities.iter().enumerate() {
                let is_text = subtype == "alternative" || subtype == "related" && index == 0;
                collect(entity, depth - 1, !is_text, parts);
            }
            if !entities.is_empty() || content.trim_ascii().is_empty() {
                return;
            }
            PartKind::Text
        }
        _ if is_file() => PartKind::Attachment,
        ("text", "html") => PartKind::Html,
        ("text", "plain") => PartKind::Text,
        _ => PartKind::Attachment,
    };
    parts.push(Part { header, content, kind });
}

/// Type and subtype, in lower case. Plain text is the default, also for an invalid type (RFC 2045, section 5.2).
pub(super) fn media_type(header: &Message<'_>) -> (String, String) {
    // The semicolon before a parameter may be missing.
    let lower = |text: &str| text.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let content_type = header.content_type();
    let media_type = content_type
        .map(|content_type| lower(content_type.ctype()))
        .unwrap_or_default();
    let subtype = content_type
        .and_then(ContentType::subtype)
        .map(lower)
        .unwrap_or_default();
    match (media_type.as_str(), subtype.as_str()) {
        ("html" | "text/html", "") => ("text".to_owned(), "html".to_owned()),
        ("application" | "audio" | "image" | "message" | "multipart" | "video", "") => (media_type, subtype),
        (_, "") => ("text".to_owned(), "plain".to_owned()),
        _ => (media_type, subtype),
    }
}

/// The first line that looks like a delimiter, without its hyphens: a header field or an empty line follows. For a
/// multipart that declares no boundary, or a wrong one.
fn guess_boundary(content: &[u8]) -> &[u8] {
    let mut lines = content.split(|&byte| byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let boundary = line.strip_prefix(b"--").unwrap_or_default().trim_ascii_end();
        let begins_part = |next: &&[u8]| next.trim_ascii().is_empty() || is_field(next);
        if !boundary.is_empty() && lines.peek().is_some_and(begins_part) {
            return boundary;
        }
    }
    b""
}

/// The entities between the delimiter lines (RFC 2046, section 5.1.1). The line break before a delimiter belongs to the
/// delimiter. The last entity may lack its closing delimiter.
fn split_multipart<'a>(content: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut entities = Vec::new();
    if boundary.is_empty() {
        return entities;
    }
    let mut start = None;
    let mut at = 0;
    for line in content.split_inclusive(|&byte| byte == b'\n') {
        if let Some(rest) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary)) {
            let closes = rest.starts_with(b"--");
            if closes || rest.trim_ascii().is_empty() {
                entities.extend(start.map(|start| without_line_break(&content[start..at])));
                start = (!closes).then_some(at + line.len());
            }
            if closes {
                break;
            }
        }
        at += line.len();
    }
    entities.extend(start.map(|start| &content[start..]));
    entities
}

fn without_line_break(entity: &[u8]) -> &[u8] {
    let entity = entity.strip_suffix(b"\n").unwrap_or(entity);
    entity.strip_suffix(b"\r").unwrap_or(entity)
}

impl Part<'_> {
    /// The content without its transfer encoding; as it is if there is none.
    pub(super) fn decode(&self) -> Vec<u8> {
        let encoding = self
            .header
            .content_transfer_encoding()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let is_token = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let encoding = encoding.trim_start_matches(|c| !is_token(c));
        match encoding.split(|c| !is_token(c)).next() {
            Some("base64") => decode_base64(self.content),
            Some("quoted-printable") => decode_quoted_printable(self.content),
            _ => self.content.to_vec(),
        }
    }

    /// The decoded content as text, according to its character set.
    pub(super) fn text(&self) -> String {
        let bytes = self.decode();
        let declared = self
            .header
            .content_type()
            .and_then(|content_type| content_type.attribute("charset"));
        let in_html = || charset::declared_in_html(&bytes).filter(|_| matches!(self.kind, PartKind::Html));
        let label = declared.map(str::to_owned).or_else(in_html);
        charset::decode(&bytes, label.as_deref())
    }
}

/// After the last line in base64, such as before the footer of a mailing list, the content is kept as it is.
fn decode_base64(content: &[u8]) -> Vec<u8> {
    base64_decode(content).unwrap_or_else(|| {
        let lines = content.split_inclusive(|&byte| byte == b'\n');
        let encoded = lines
            .take_while(|line| base64_decode(line).is_some())
            .map(<[u8]>::len)
            .sum();
        let (encoded, rest) = content.split_at(encoded);
        [&base64_decode(encoded).unwrap_or_default(), rest].concat()
    })
}

/// An invalid escape, such as a bare `=`, is kept as it is (RFC 2045, section 6.7).
fn decode_quoted_printable(content: &[u8]) -> Vec<u8> {
    quoted_printable_decode(content).unwrap_or_else(|| {
        let is_escape = |next: &[u8]| {
            let is_hex = next.len() >= 2 && next[..2].iter().all(u8::is_ascii_hexdigit);
            is_hex
                || next
                    .iter()
                    .find(|byte| !b" \t\r".contains(byte))
                    .is_none_or(|&byte| byte == b'\n')
        };
        let mut escaped = Vec::new();
        for (at, &byte) in content.iter().enumerate() {
            escaped.push(byte);
            if byte == b'=' && !is_escape(&content[at + 1..]) {
                escaped.extend_from_slice(b"3D");
            }
        }
        quoted_printable_decode(&escaped).unwrap_or(escaped)
    })
}
