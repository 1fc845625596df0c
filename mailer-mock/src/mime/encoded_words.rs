use std::borrow::Cow;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use regex::bytes::{Captures, Regex};

use super::charset;

/// An encoded word (RFC 2047), perhaps with a language (RFC 2231, section 5).
const WORD: &str = r"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([BQbq])\?([^?]*(?:\?+[^?=][^?]*)*\??)\?=";

static WORDS: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [format!(r"{WORD}(?:\s*{WORD})*"), WORD.to_owned()].map(|it| Regex::new(&it).expect("the pattern is valid"))
});

/// The second and later sections of a parameter (RFC 2231, section 4.1), all percent-encoded.
static SECTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i);\s*(?:file)?name\*[1-9][0-9]*\*=").expect("the pattern is valid"));
static FIRST_SECTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)((?:file)?name)\*0\*=").expect("the pattern is valid"));
static PLAIN_SECTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)name\*[0-9]+=").expect("the pattern is valid"));

/// Joins the sections of a file name, because many programs split a character between them, too.
pub(super) fn join_sections(header: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if !SECTION.is_match(&header) || PLAIN_SECTION.is_match(&header) {
        return header;
    }
    let joined = SECTION.replace_all(&header, b"".as_slice());
    FIRST_SECTION
        .replace_all(&joined, b"$1*=".as_slice())
        .into_owned()
        .into()
}

/// Replaces the encoded words of a header by ones in UTF-8.
pub(super) fn to_utf8(header: &[u8]) -> Cow<'_, [u8]> {
    WORDS[0].replace_all(header, |words: &Captures<'_>| {
        format!("=?utf-8?B?{}?=", STANDARD.encode(decode_words(&words[0])))
    })
}

/// Decodes the encoded words in the value of a field.
pub(crate) fn decode(value: &str) -> String {
    let decoded = WORDS[0].replace_all(value.as_bytes(), |words: &Captures<'_>| decode_words(&words[0]));
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Decodes neighbours in one character set together, because many programs split a character between them.
fn decode_words(neighbours: &[u8]) -> String {
    let mut runs: Vec<(String, Vec<u8>)> = Vec::new();
    for word in WORDS[1].captures_iter(neighbours) {
        let charset = String::from_utf8_lossy(&word[1]).to_ascii_lowercase();
        let decoded = if word[2].eq_ignore_ascii_case(b"b") {
            base64_decode(&word[3])
        } else {
            let word = word[3].iter().filter(|byte| !b"\r\n".contains(byte));
            let spaced: Vec<u8> = word.map(|&byte| if byte == b'_' { b' ' } else { byte }).collect();
            quoted_printable_decode(&spaced)
        };
        let decoded = decoded.unwrap_or_else(|| word[3].to_vec());
        match runs.last_mut() {
            Some((last, bytes)) if *last == charset => bytes.extend(decoded),
            _ => runs.push((charset, decoded)),
        }
    }
    let texts = runs
        .iter()
        .map(|(charset, bytes)| charset::decode(bytes, Some(charset)));
    texts.collect()
}
