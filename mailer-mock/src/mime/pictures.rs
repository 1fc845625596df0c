use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use regex::Regex;

use super::{Attachment, attachment_content};

/// A `cid:` URL (RFC 2392) in an attribute or a style.
static CID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?i)(["'=(]\s*)cid:([^"'\s<>)]+)"#).expect("the pattern is valid"));

/// The most bytes of pictures in one page. The HTML can name a large picture a million times.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// Replaces the `cid:` URLs of pictures by the pictures themselves, so that a page without access to anything shows them.
pub(crate) fn embed_pictures(html: &str, raw: &[u8], attachments: &[Attachment]) -> String {
    let mut left = MAX_BYTES;
    let embedded = CID.replace_all(html, |url: &regex::Captures<'_>| {
        let id = url[2].replace("&amp;", "&");
        let id = percent_decode_str(&id).decode_utf8_lossy();
        let picture = attachments.iter().find(|attachment| attachment.content_id == *id);
        let data_url = picture.and_then(|picture| data_url(raw, picture, &mut left));
        data_url.map_or_else(|| url[0].to_owned(), |data_url| url[1].to_owned() + &data_url)
    });
    embedded.into_owned()
}

fn data_url(raw: &[u8], picture: &Attachment, left: &mut usize) -> Option<String> {
    let media_type = match picture.content_type.as_str() {
        // A browser looks at the content of a picture, whatever its type.
        "application/octet-stream" => "image/png",
        other => other,
    };
    let is_plain = media_type
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/+.-".contains(&byte));
    *left = left.checked_sub(picture.size * 4 / 3 + 100)?;
    let content = (is_plain && media_type.starts_with("image/")).then(|| attachment_content(raw, picture))??;
    Some(format!("data:{media_type};base64,{}", STANDARD.encode(content)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::read;

    const MAIL: &str = "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\nHTML\r\n\
        --b\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n\
        --b\r\nContent-Type: image/svg+xml; name=a.svg\r\nContent-ID: <a&b c@x>\r\n\r\n<svg/>\r\n\
        --b\r\nContent-Type: application/octet-stream\r\nContent-ID: <bytes@x>\r\n\r\nGIF\r\n\
        --b\r\nContent-Type: text/css\r\nContent-ID: <css@x>\r\n\r\np{}\r\n--b--\r\n";

    fn embed(html: &str) -> String {
        let attachments = read(MAIL.as_bytes()).attachments;
        embed_pictures(html, MAIL.as_bytes(), &attachments)
    }

    #[test]
    fn embeds_pictures() {
        let png = "data:image/png;base64,UE5H";
        for (html, expected) in [
            ("<img src=\"cid:logo@x\">", format!("<img src=\"{png}\">")),
            ("<img src=CID:logo%40x alt=a>", format!("<img src={png} alt=a>")),
            (
                "<p style='background: url(cid:logo@x)'>",
                format!("<p style='background: url({png})'>"),
            ),
            (
                "<img src='cid:a&amp;b%20c@x'>",
                "<img src='data:image/svg+xml;base64,PHN2Zy8+'>".to_owned(),
            ),
            (
                "<img src='cid:bytes@x'>",
                "<img src='data:image/png;base64,R0lG'>".to_owned(),
            ),
            ("<img src='cid:other@x'>", "<img src='cid:other@x'>".to_owned()),
            ("<link href='cid:css@x'>", "<link href='cid:css@x'>".to_owned()),
            ("<p>see cid:logo@x", "<p>see cid:logo@x".to_owned()),
        ] {
            assert_eq!(embed(html), expected);
        }
    }

    #[test]
    fn limits_the_size() {
        let mail = MAIL.replace("UE5H", &"A".repeat(4 * 1024 * 1024));
        let attachments = read(mail.as_bytes()).attachments;
        let html = "<img src='cid:logo@x'>".repeat(1_000);
        let embedded = embed_pictures(&html, mail.as_bytes(), &attachments);
        assert!(
            embedded.contains("data:") && embedded.len() < 2 * MAX_BYTES,
            "{}",
            embedded.len()
        );
    }
}
