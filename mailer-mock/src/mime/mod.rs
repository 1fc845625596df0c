//! The structure of a message (RFC 2045, RFC 2046): its header, its text and HTML, and its attachments.
//!
//! `mail_parser` parses headers and decodes parts, but finds the parts by recursion into attached messages: a message
//! of 1.5 MB that nests `message/rfc822` 50,000 times overflows the stack and aborts the process. So `part` finds the
//! parts. It does not look into attached messages, and follows multiparts to a limited depth. `encoded_words` and
//! `charset` decode what common programs encode wrongly, and `pictures` puts inline pictures into the HTML.

mod attachment;
mod charset;
mod encoded_words;
mod header;
mod part;
mod pictures;

pub use attachment::Attachment;
pub(crate) use encoded_words::decode;
pub(crate) use header::{fields, parse_header, split, subject};
use part::{PartKind, parts};
pub(crate) use pictures::{embed_pictures, is_picture};

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
    if body.text.trim().is_empty() {
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
