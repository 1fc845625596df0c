use std::collections::HashMap;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use regex::Regex;

use super::Attachment;
use super::part::{Part, parts};

/// A `cid:` URL (RFC 2392) in an attribute or a style.
static CID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)((?:["'=(]|&quot;|&#39;|&apos;)\s*)cid:((?:[^"'\s<>)&]|&amp;)+)"#).expect("the pattern is valid")
});

/// The most bytes of pictures in one page. The HTML can name a large picture a million times.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// Replaces the `cid:` URLs of pictures by the pictures themselves, so that a page without access to anything shows
/// them.
pub(crate) fn embed_pictures(html: &str, raw: &[u8], attachments: &[Attachment]) -> String {
    let parts = parts(raw);
    let pictures: HashMap<&str, (&Attachment, &Part<'_>)> = attachments
        .iter()
        .filter_map(|attachment| Some((&*attachment.content_id, (attachment, parts.get(attachment.part - 1)?))))
        .collect();
    let mut left = MAX_BYTES;
    // Each picture is encoded once, however often the HTML names it.
    let mut encoded = HashMap::new();
    let embedded = CID.replace_all(html, |url: &regex::Captures<'_>| {
        let id = url[2].replace("&amp;", "&");
        let data_url = pictures
            .get_key_value(&*percent_decode_str(&id).decode_utf8_lossy())
            .and_then(|(id, (attachment, part))| {
                let data_url = encoded.entry(*id).or_insert_with(|| data_url(attachment, part));
                data_url.as_deref()
            })
            .filter(|data_url| {
                let enough = left.checked_sub(data_url.len());
                left = enough.unwrap_or(left);
                enough.is_some()
            });
        data_url.map_or_else(|| url[0].to_owned(), |data_url| url[1].to_owned() + data_url)
    });
    embedded.into_owned()
}

/// Whether this is the type of a picture. A sender chooses it, so it must be safe in HTML and in a header.
pub(crate) fn is_picture(media_type: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let subtype = media_type.strip_prefix("image/");
    subtype.is_some_and(|subtype| subtype.bytes().all(is_plain))
}

fn data_url(picture: &Attachment, part: &Part<'_>) -> Option<String> {
    let media_type = match picture.content_type.as_str() {
        // A browser looks at the content of a picture, whatever its type.
        "application/octet-stream" => "image/png",
        other => other,
    };
    if !is_picture(media_type) {
        return None;
    }
    Some(format!("data:{media_type};base64,{}", STANDARD.encode(part.decode())))
}
