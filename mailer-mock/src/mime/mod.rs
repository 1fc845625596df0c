//! The structure of a mail (RFC 2045, RFC 2046): its head, and the text and HTML that a person would be shown.
//!
//! Headers and encodings are read by `mail_parser`, but the walk over the parts is made here, because that crate's
//! keeps nested messages nested: a mail of 1.5 MB that is `message/rfc822` 50,000 times over overflows the stack and
//! ends the process. Attached messages are not looked into, multiparts to a bounded depth, so no mail can do that.

mod attachment;
mod head;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{ContentType, Message, MimeHeaders};

use crate::{Attachment, html};
pub(crate) use head::{fields, headers, split};

/// How deep multiparts may be nested; what lies deeper is not read. Mail programs use three or four levels.
const MAX_DEPTH: usize = 16;

/// How many parts are read. A mail has room for a million empty ones.
const MAX_PARTS: usize = 1_000;

/// What a person would be shown of a mail.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// The text parts; without any, the text in the HTML.
    pub(crate) text: String,
    /// The HTML parts.
    pub(crate) html: String,
    /// The text in the HTML.
    pub(crate) html_text: String,
    pub(crate) attachments: Vec<Attachment>,
}

/// A part that has no parts of its own.
struct Leaf<'a> {
    head: Message<'a>,
    content: &'a [u8],
    role: Role,
}

#[derive(Clone, Copy)]
enum Role {
    Text,
    Html,
    Attachment,
}

/// Reads the body of a whole mail.
pub(crate) fn read(raw: &[u8]) -> Body {
    let mut body = Body::default();
    for (part, leaf) in (1..).zip(leaves(raw)) {
        match leaf.role {
            Role::Text => append(&mut body.text, &text(&leaf.head, leaf.content)),
            Role::Html => append(&mut body.html, &text(&leaf.head, leaf.content)),
            Role::Attachment => body.attachments.push(attachment::describe(part, &leaf)),
        }
    }
    body.html_text = html::to_text(&body.html);
    if body.text.is_empty() {
        body.text.clone_from(&body.html_text);
    }
    body
}

/// The decoded content of an attachment.
pub(crate) fn content(raw: &[u8], attachment: &Attachment) -> Option<Vec<u8>> {
    let leaf = leaves(raw).into_iter().nth(attachment.part.checked_sub(1)?)?;
    Some(decode(&leaf.head, leaf.content).unwrap_or_else(|| leaf.content.to_vec()))
}

fn leaves(raw: &[u8]) -> Vec<Leaf<'_>> {
    let mut leaves = Vec::new();
    collect(raw, MAX_DEPTH, &mut leaves);
    leaves
}

fn collect<'a>(entity: &'a [u8], depth: usize, leaves: &mut Vec<Leaf<'a>>) {
    if leaves.len() >= MAX_PARTS {
        return;
    }
    let head = headers(entity);
    let (_, content) = split(entity);
    let (kind, subtype) = kind(&head);
    let boundary = head.content_type().and_then(|t| t.attribute("boundary"));
    let role = match (kind.as_str(), subtype.as_str(), boundary) {
        ("multipart", _, Some(boundary)) if depth > 0 => {
            for part in parts(content, boundary.as_bytes()) {
                collect(part, depth - 1, leaves);
            }
            return;
        }
        // What is nested too deep, or has no boundary, has no content of its own.
        ("multipart", _, _) => return,
        _ if is_attachment(&head) => Role::Attachment,
        ("text", "html", _) => Role::Html,
        ("text", "plain", _) => Role::Text,
        _ => Role::Attachment,
    };
    leaves.push(Leaf { head, content, role });
}

fn kind(head: &Message<'_>) -> (String, String) {
    match head.content_type() {
        Some(content_type) => (
            content_type.ctype().to_ascii_lowercase(),
            content_type.subtype().unwrap_or_default().to_ascii_lowercase(),
        ),
        // What does not say its type is plain text (RFC 2045, section 5.2).
        None => ("text".to_owned(), "plain".to_owned()),
    }
}

fn is_attachment(head: &Message<'_>) -> bool {
    head.content_disposition().is_some_and(ContentType::is_attachment)
}

/// The parts between the delimiter lines (RFC 2046, section 5.1.1), without the line break before each delimiter,
/// which belongs to it. A part that is cut off by the end of the mail counts.
fn parts<'a>(content: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut start = None;
    let mut at = 0;
    for line in content.split_inclusive(|&byte| byte == b'\n') {
        if let Some(rest) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary)) {
            let closes = rest.starts_with(b"--");
            if closes || rest.trim_ascii().is_empty() {
                parts.extend(start.map(|start| without_line_break(&content[start..at])));
                start = (!closes).then_some(at + line.len());
            }
            if closes {
                break;
            }
        }
        at += line.len();
    }
    parts.extend(start.map(|start| &content[start..]));
    parts
}

fn without_line_break(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

/// Undoes the transfer encoding, then the character set. What is broken is shown as it came.
fn text(head: &Message<'_>, content: &[u8]) -> String {
    let decoded = decode(head, content);
    let bytes = decoded.as_deref().unwrap_or(content);
    let charset = head
        .content_type()
        .and_then(|content_type| content_type.attribute("charset"))
        .filter(|charset| !charset.eq_ignore_ascii_case("utf-8"))
        .and_then(|charset| charset_decoder(charset.as_bytes()));
    match charset {
        Some(decode) => decode(bytes),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Undoes the transfer encoding; none when there is none, or when it is broken.
fn decode(head: &Message<'_>, content: &[u8]) -> Option<Vec<u8>> {
    let encoding = head.content_transfer_encoding()?;
    if encoding.eq_ignore_ascii_case("base64") {
        base64_decode(content)
    } else if encoding.eq_ignore_ascii_case("quoted-printable") {
        quoted_printable_decode(content)
    } else {
        None
    }
}

/// Line breaks become those of the platform that the text is shown on.
fn append(text: &mut String, more: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&more.replace("\r\n", "\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(mail: &str) -> (String, String) {
        let body = read(mail.replace('\n', "\r\n").as_bytes());
        (body.text, body.html)
    }

    fn pair(text: &str, html: &str) -> (String, String) {
        (text.to_owned(), html.to_owned())
    }

    #[test]
    fn reads_plain_mails() {
        assert_eq!(body("just text"), pair("just text", ""));
        assert_eq!(body("Subject: x\n\none\ntwo"), pair("one\ntwo", ""));
        let html = "<p>one</p>";
        let mail = format!("Content-Type: TEXT/HTML\n\n{html}");
        assert_eq!(body(&mail), pair("one", html), "the text is taken from the HTML");
        assert_eq!(body("Content-Type: image/png\n\nPNG"), pair("", ""));
    }

    #[test]
    fn undoes_encodings() {
        for (headers, content, text) in [
            ("Content-Transfer-Encoding: base64", "w6kgNDQ2Ng==", "\u{e9} 4466"),
            (
                "Content-Transfer-Encoding: QUOTED-printable",
                "=C3=A9 44=\n66",
                "\u{e9} 4466",
            ),
            ("Content-Transfer-Encoding: base64", "not base64!", "not base64!"),
            (
                "Content-Type: text/plain; charset=ISO-8859-1\nContent-Transfer-Encoding: base64",
                "6Q==",
                "\u{e9}",
            ),
            ("Content-Type: text/plain; charset=unknown", "text", "text"),
        ] {
            assert_eq!(body(&format!("{headers}\n\n{content}")), pair(text, ""), "{headers}");
        }
    }

    #[test]
    fn walks_multiparts() {
        let mail = "Content-Type: multipart/mixed; boundary=\"outer\"\n\npreamble\n--outer\n\
            Content-Type: multipart/alternative; boundary=outer-inner\n\n--outer-inner  \n\n\
            text\n\n--outer-inner\nContent-Type: text/html\n\n<b>html</b>\n--outer-inner--\n\
            --outer\nContent-Disposition: attachment; filename=a.txt\n\nattached\n--outer\n\
            Content-Type: message/rfc822\n\nSubject: x\n\nforwarded\n--outer\n\nmore\n--outer--\n\
            --outer\n\nepilogue\n";
        assert_eq!(body(mail), pair("text\nmore", "<b>html</b>"));
    }

    #[test]
    fn reads_what_there_is_of_a_broken_multipart() {
        let head = "Content-Type: multipart/mixed; boundary=b\n\n";
        assert_eq!(body(&format!("{head}--b\n\ncut off")), pair("cut off", ""));
        assert_eq!(body(head), pair("", ""));
        assert_eq!(body("Content-Type: multipart/mixed\n\ntext"), pair("", ""));
    }

    #[test]
    fn a_thousand_parts_are_read() {
        let mail = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b\n\nx\n".repeat(1_500)
        );
        assert_eq!(body(&mail).0.lines().count(), 1_000);
    }

    #[test]
    fn deep_nesting_is_not_followed() {
        let nested = |levels: usize| {
            let level = |n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n");
            let levels: Vec<String> = (0..levels).map(level).collect();
            levels.concat() + "\ntext"
        };
        assert_eq!(body(&nested(MAX_DEPTH)), pair("text", ""));
        assert_eq!(body(&nested(MAX_DEPTH + 1)), pair("", ""));
        assert_eq!(body(&nested(20_000)), pair("", ""));
        assert_eq!(body(&"Content-Type: message/rfc822\n\n".repeat(50_000)), pair("", ""));
    }
}
