use mail_parser::{ContentType, Message, MimeHeaders};

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
            file_name: cut(file_name(header).unwrap_or_default()),
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

/// Of two names, one is `filename*` in Unicode (RFC 2231, section 4), and the other one is for old programs.
fn file_name<'a>(header: &'a Message<'_>) -> Option<&'a str> {
    let fields = [
        (header.content_disposition(), "filename"),
        (header.content_type(), "name"),
    ];
    fields.into_iter().find_map(|(field, key)| {
        let attributes = field.and_then(ContentType::attributes).unwrap_or_default();
        let mut names = attributes.iter().filter(|one| one.name == key).map(|one| &*one.value);
        names.clone().find(|name| !name.is_ascii()).or_else(|| names.next())
    })
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_NAME).collect()
}
