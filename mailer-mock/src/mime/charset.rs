use std::sync::LazyLock;

use mail_parser::decoders::charsets::map::charset_decoder;
use regex::bytes::Regex;

/// The character set in the head of an HTML page.
static META: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?i-u)<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)"#).expect("the pattern is valid"));

/// Where `<meta>` is searched, as in the HTML Standard.
const META_PREFIX: usize = 1_024;

/// Labels of text that is often UTF-8 in truth. Other text in these character sets is hardly ever valid UTF-8.
const MISUSED_LABELS: [&str; 6] = [
    "ascii",
    "us-ascii",
    "iso-8859-1",
    "iso-8859-15",
    "latin1",
    "windows-1252",
];

/// Labels that `mail_parser` does not know.
const ALIASES: [(&str, &str); 8] = [
    ("cp50220", "iso-2022-jp"),
    ("cp51932", "euc-jp"),
    ("cp932", "shift_jis"),
    ("cp949", "euc-kr"),
    ("cp950", "big5"),
    ("euc-cn", "gb18030"),
    ("iso-2022-jp-2", "iso-2022-jp"),
    ("uhc", "euc-kr"),
];

/// Decodes text. Without a label, and with one that is often wrong, text that is valid UTF-8 is UTF-8. Without a known
/// label, text that has nothing in UTF-8 is windows-1252, as in email programs.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let label = label
        .unwrap_or_default()
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_ascii_lowercase();
    let label = ALIASES
        .iter()
        .find(|(alias, _)| *alias == label)
        .map_or(label.as_str(), |(_, label)| label);
    let is_utf8 = label == "utf-8" || label == "utf8";
    let decoder = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => return String::from_utf8_lossy(rest).into_owned(),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => charset_decoder(b"utf-16"),
        _ if is_utf8 => None,
        _ => charset_decoder(label.as_bytes()),
    };
    match (decoder, str::from_utf8(bytes)) {
        (None, Ok(text)) => text.to_owned(),
        (Some(_), Ok(text)) if MISUSED_LABELS.contains(&label) => text.to_owned(),
        (Some(decode), _) => decode(bytes),
        (None, Err(_)) => {
            let lossy = String::from_utf8_lossy(bytes);
            let is_mostly_utf8 = || lossy.contains(|c: char| !c.is_ascii() && c != char::REPLACEMENT_CHARACTER);
            if is_utf8 || is_mostly_utf8() {
                lossy.into_owned()
            } else {
                decode(bytes, Some("windows-1252"))
            }
        }
    }
}

/// The character set that an HTML page declares itself.
pub(super) fn declared_in_html(html: &[u8]) -> Option<String> {
    let label = META.captures(&html[..html.len().min(META_PREFIX)])?.get(1)?;
    Some(String::from_utf8_lossy(label.as_bytes()).into_owned())
}
