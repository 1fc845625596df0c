use mail_parser::MimeHeaders;

use super::part::{Part, media_type};

/// The most characters of a name or a type.
const MAX_NAME: usize = 255;

/// A part of a message that is neither its text nor its HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attachment {
    /// Its number among the parts of the message, from 1.
    pub part: usize,
    /// The file name; empty if there is none. The sender chooses it, and it can contain any character.
    pub file_name: String,
    /// The media type that the message declares, such as `image/png`.
    pub content_type: String,
    /// The header `Content-ID` without its angle brackets; empty if there is none.
    pub content_id: String,
    /// Whether the message wants it shown within the text.
    pub inline: bool,
    /// The decoded size in bytes.
    pub size: usize,
}

impl Attachment {
    pub(super) fn of(number: usize, part: &Part<'_>) -> Self {
        let header = &part.header;
        let (media_type, subtype) = media_type(header);
        Self {
            part: number,
            file_name: cut(header.attachment_name().unwrap_or_default()),
            content_type: cut(&format!("{media_type}/{subtype}")),
            content_id: header.content_id().unwrap_or_default().to_owned(),
            inline: match header.content_disposition() {
                Some(disposition) => disposition.is_inline(),
                // The HTML refers to it.
                None => header.content_id().is_some(),
            },
            size: part.decode().len(),
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_NAME).collect()
}
