//! The structure of a message (RFC 2045, RFC 2046): its header, its text and HTML, and its attachments.
//!
//! `mail_parser` parses headers and decodes parts, but finds the parts by recursion into attached messages: a message of
//! 1.5 MB that nests `message/rfc822` 50,000 times overflows the stack and aborts the process. So `part` finds the parts.
//! It does not look into attached messages, and follows multiparts to a limited depth.

mod attachment;
mod charset;
mod encoded_words;
mod header;
mod part;
mod pictures;

pub use attachment::Attachment;
pub(crate) use header::{fields, parse_header, split};
use part::{PartKind, parts};
pub(crate) use pictures::embed_pictures;

use crate::html;

/// The content of a message.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// The text parts; if there are none, the text in the HTML.
    pub(crate) text: String,
    /// The HTML parts.
    pub(crate) html: String,
    /// The text in the HTML.
    pub(crate) html_text: String,
    pub(crate) attachments: Vec<Attachment>,
}

/// Reads the body of a message.
pub(crate) fn read(raw: &[u8]) -> Body {
    let mut body = Body::default();
    for (number, part) in (1..).zip(parts(raw)) {
        match part.kind {
            PartKind::Text => append(&mut body.text, &part.text()),
            PartKind::Html => append(&mut body.html, &part.text()),
            PartKind::Attachment => body.attachments.push(Attachment::of(number, &part)),
        }
    }
    body.html_text = html::to_text(&body.html);
    if body.text.is_empty() {
        body.text.clone_from(&body.html_text);
    }
    body
}

/// The decoded content of an attachment.
pub(crate) fn attachment_content(raw: &[u8], attachment: &Attachment) -> Option<Vec<u8>> {
    let index = attachment.part.checked_sub(1)?;
    parts(raw).get(index).map(part::Part::decode)
}

/// Appends a part on a line of its own, with line breaks as LF.
fn append(text: &mut String, part: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&part.replace("\r\n", "\n"));
}

#[cfg(test)]
mod tests {
    use super::part::MAX_DEPTH;
    use super::read;

    fn body(mail: &str) -> (String, String) {
        let body = read(mail.replace('\n', "\r\n").as_bytes());
        (body.text, body.html)
    }

    fn pair(text: &str, html: &str) -> (String, String) {
        (text.to_owned(), html.to_owned())
    }

    #[test]
    fn reads_single_parts() {
        assert_eq!(body("just text"), pair("just text", ""));
        assert_eq!(body("Subject: x\n\none\ntwo"), pair("one\ntwo", ""));
        let html = "<p>one</p>";
        let mail = format!("Content-Type: TEXT/HTML\n\n{html}");
        assert_eq!(body(&mail), pair("one", html), "text from the HTML");
        assert_eq!(body("Content-Type: image/png\n\nPNG"), pair("", ""));
    }

    #[test]
    fn decodes_text() {
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
    fn reads_multiparts() {
        let mail = "Content-Type: multipart/mixed; boundary=\"outer\"\n\npreamble\n--outer\n\
            Content-Type: multipart/alternative; boundary=outer-inner\n\n--outer-inner  \n\n\
            text\n\n--outer-inner\nContent-Type: text/html\n\n<b>html</b>\n--outer-inner--\n\
            --outer\nContent-Disposition: attachment; filename=a.txt\n\nattached\n--outer\n\
            Content-Type: message/rfc822\n\nSubject: x\n\nforwarded\n--outer\n\nmore\n--outer--\n\
            --outer\n\nepilogue\n";
        assert_eq!(body(mail), pair("text\nmore", "<b>html</b>"));
    }

    #[test]
    fn reads_invalid_multiparts() {
        let head = "Content-Type: multipart/mixed; boundary=b\n\n";
        assert_eq!(body(&format!("{head}--b\n\ncut off")), pair("cut off", ""));
        assert_eq!(body(head), pair("", ""));
        assert_eq!(body("Content-Type: multipart/mixed\n\ntext"), pair("text", ""));
    }

    #[test]
    fn reads_a_thousand_parts() {
        let mail = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b\n\nx\n".repeat(1_500)
        );
        assert_eq!(body(&mail).0.lines().count(), 1_000);
    }

    #[test]
    fn ignores_deep_nesting() {
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
