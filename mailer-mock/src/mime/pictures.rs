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
