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

#[cfg(test)]
mod tests {
    use crate::mime::{attachment_content, read};

    #[test]
    fn reads_attachments() {
        let mail = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n\
            --b\r\nContent-Type: application/PDF; name=old.pdf\r\nContent-Transfer-Encoding: base64\r\n\
            Content-Disposition: attachment; filename*=UTF-8''%3Cb%3E%20%E2%82%AC.pdf\r\n\r\nJVBERg==\r\n\
            --b\r\nContent-Type: image/png\r\nContent-Disposition: inline\r\nContent-ID: <logo@x>\r\n\r\nPNG\r\n\
            --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: forwarded\r\n\r\n--b--\r\n";
        let body = read(mail.as_bytes());
        assert_eq!(body.text, "text");
        let described: Vec<_> = body
            .attachments
            .iter()
            .map(|a| {
                (
                    a.part,
                    &*a.file_name,
                    &*a.content_type,
                    &*a.content_id,
                    a.inline,
                    a.size,
                )
            })
            .collect();
        assert_eq!(
            described,
            [
                (2, "<b> \u{20ac}.pdf", "application/pdf", "", false, 4),
                (3, "", "image/png", "logo@x", true, 3),
                (4, "", "message/rfc822", "", false, 20),
            ]
        );
        let contents: Vec<_> = body
            .attachments
            .iter()
            .map(|a| attachment_content(mail.as_bytes(), a))
            .collect();
        assert_eq!(contents[0].as_deref(), Some(b"%PDF".as_slice()));
        assert_eq!(contents[1].as_deref(), Some(b"PNG".as_slice()));
    }

    #[test]
    fn cuts_long_file_names() {
        let mail = format!("Content-Type: image/png; name={}\r\n\r\n", "x".repeat(10_000));
        assert_eq!(read(mail.as_bytes()).attachments[0].file_name.len(), 255);
    }
}
