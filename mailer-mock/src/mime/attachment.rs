use mail_parser::{ContentType, MimeHeaders};

use super::{Leaf, decode, kind};
use crate::Attachment;

/// Characters of a name or a type that are kept.
const MAX_NAME: usize = 255;

/// What is said about an attachment.
pub(super) fn describe(part: usize, leaf: &Leaf<'_>) -> Attachment {
    let (kind, subtype) = kind(&leaf.head);
    let decoded = decode(&leaf.head, leaf.content);
    Attachment {
        part,
        file_name: short(leaf.head.attachment_name().unwrap_or_default()),
        content_type: short(&format!("{kind}/{subtype}")),
        content_id: leaf.head.content_id().unwrap_or_default().to_owned(),
        inline: leaf.head.content_disposition().is_some_and(ContentType::is_inline),
        size: decoded.as_deref().unwrap_or(leaf.content).len(),
    }
}

fn short(text: &str) -> String {
    text.chars().take(MAX_NAME).collect()
}

#[cfg(test)]
mod tests {
    use crate::mime::{content, read};

    #[test]
    fn attachments_are_described_and_decoded() {
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
        let contents: Vec<_> = body.attachments.iter().map(|a| content(mail.as_bytes(), a)).collect();
        assert_eq!(contents[0].as_deref(), Some(b"%PDF".as_slice()));
        assert_eq!(contents[1].as_deref(), Some(b"PNG".as_slice()));
    }

    #[test]
    fn names_are_bounded() {
        let mail = format!("Content-Type: image/png; name={}\r\n\r\n", "x".repeat(10_000));
        assert_eq!(read(mail.as_bytes()).attachments[0].file_name.len(), 255);
    }
}
