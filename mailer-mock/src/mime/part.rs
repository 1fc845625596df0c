use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{ContentType, Message, MimeHeaders};

use super::header::{parse_header, split};

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
    collect(raw, MAX_DEPTH, &mut parts);
    parts
}

fn collect<'a>(entity: &'a [u8], depth: usize, parts: &mut Vec<Part<'a>>) {
    if parts.len() >= MAX_PARTS {
        return;
    }
    let header = parse_header(entity);
    let (_, content) = split(entity);
    let (media_type, subtype) = media_type(&header);
    let boundary = header.content_type().and_then(|t| t.attribute("boundary"));
    let kind = match (media_type.as_str(), subtype.as_str(), boundary) {
        ("multipart", _, Some(boundary)) if depth > 0 => {
            for entity in split_multipart(content, boundary.as_bytes()) {
                collect(entity, depth - 1, parts);
            }
            return;
        }
        // Nested too deep, or without a boundary.
        ("multipart", _, _) => return,
        _ if header.content_disposition().is_some_and(ContentType::is_attachment) => PartKind::Attachment,
        ("text", "html", _) => PartKind::Html,
        ("text", "plain", _) => PartKind::Text,
        _ => PartKind::Attachment,
    };
    parts.push(Part { header, content, kind });
}

/// Type and subtype, in lower case.
pub(super) fn media_type(header: &Message<'_>) -> (String, String) {
    match header.content_type() {
        Some(content_type) => (
            content_type.ctype().to_ascii_lowercase(),
            content_type.subtype().unwrap_or_default().to_ascii_lowercase(),
        ),
        // The default of RFC 2045, section 5.2.
        None => ("text".to_owned(), "plain".to_owned()),
    }
}

/// The entities between the delimiter lines (RFC 2046, section 5.1.1). The line break before a delimiter belongs to the
/// delimiter. The last entity may lack its closing delimiter.
fn split_multipart<'a>(content: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut entities = Vec::new();
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
    /// The content without its transfer encoding; as it is if there is none, or if it is invalid.
    pub(super) fn decode(&self) -> Vec<u8> {
        let encoding = self.header.content_transfer_encoding().unwrap_or_default();
        let decoded = if encoding.eq_ignore_ascii_case("base64") {
            base64_decode(self.content)
        } else if encoding.eq_ignore_ascii_case("quoted-printable") {
            quoted_printable_decode(self.content)
        } else {
            None
        };
        decoded.unwrap_or_else(|| self.content.to_vec())
    }

    /// The decoded content as text, according to its character set.
    pub(super) fn text(&self) -> String {
        let bytes = self.decode();
        let charset = self
            .header
            .content_type()
            .and_then(|content_type| content_type.attribute("charset"))
            .filter(|charset| !charset.eq_ignore_ascii_case("utf-8"))
            .and_then(|charset| charset_decoder(charset.as_bytes()));
        match charset {
            Some(decode) => decode(&bytes),
            None => String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}
