//! Secrets, names and other texts.

use std::path::PathBuf;

use secrecy::SecretSlice;
use tracing_subscriber::EnvFilter;

use crate::locale::Locale;

/// The least length of the secret key.
pub(in crate::settings) const SECRET_KEY_BYTES: usize = 32;

pub(in crate::settings) fn secret_key(text: &str) -> Result<SecretSlice<u8>, &'static str> {
    const {
        assert!(SECRET_KEY_BYTES == 32, "the text below says so");
    }
    if text.len() >= SECRET_KEY_BYTES {
        Ok(text.as_bytes().to_vec().into())
    } else {
        Err("at least 32 bytes")
    }
}

pub(in crate::settings) fn boolean(text: &str) -> Result<bool, &'static str> {
    text.parse().map_err(|_| "true or false")
}

/// A name for a subject, which is one line, so without line breaks and without what changes the direction of a line.
pub(in crate::settings) fn app_name(text: &str) -> Result<String, &'static str> {
    let breaks = |char: char| char.is_control() || matches!(char, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name = text.trim();
    if (1..=64).contains(&name.chars().count()) && !name.contains(breaks) {
        Ok(name.to_owned())
    } else {
        Err("a name of at most 64 characters in one line, such as Tansy")
    }
}

pub(in crate::settings) fn file(text: &str) -> Result<PathBuf, &'static str> {
    Some(text)
        .filter(|text| !text.is_empty())
        .map(PathBuf::from)
        .ok_or("a file such as /srv/pwned-passwords.txt")
}

/// Empty levels would log errors only.
pub(in crate::settings) fn log_levels(text: &str) -> Result<String, &'static str> {
    match EnvFilter::try_new(text) {
        Ok(_) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err("levels such as info or api=debug,info"),
    }
}

/// Parses a language of emails from a BCP 47 tag. A region makes no difference.
///
/// # Errors
/// When no email is written in the language; what is expected.
pub fn locale(text: &str) -> Result<Locale, &'static str> {
    Locale::matching(text).ok_or("a language of emails: en, de, fr or es")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn app_name_is_one_short_line() {
        let longest = "x".repeat(64);
        for (text, name) in [
            ("Tansy", "Tansy"),
            (" Bücher & <Söhne> ", "Bücher & <Söhne>"),
            ("菊 \u{1f33c}", "菊 \u{1f33c}"),
            (&longest, &longest),
        ] {
            assert_eq!(app_name(text).as_deref(), Ok(name));
        }
        for text in [
            "",
            " ",
            &"x".repeat(65),
            "Tansy\r\nBcc: eve@example.com",
            "Tansy\nX",
            "Tansy\rX",
            "Tansy\0",
            "Tansy\u{85}X",
            "Tansy\u{2028}X",
            "Tansy\u{202e}ysnaT",
            "Tansy\u{2066}X",
        ] {
            assert!(app_name(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn locale_is_a_language_of_emails() {
        assert_eq!(locale("de-AT"), Ok(Locale::De));
        for text in ["", "nl", "german"] {
            assert!(locale(text).is_err(), "{text}");
        }
    }
}
