//! The types and parsers of values. The error of a parser says what it expects.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use axum::http::HeaderValue;
use clap::ValueEnum;
use ipnet::IpNet;
use secrecy::{SecretSlice, SecretString};
use tracing_subscriber::EnvFilter;
use url::Url;

use crate::locale::Locale;
use crate::start_error::DATABASE_URL;
use crate::verification::{MAX_CODE_LENGTH, MIN_CODE_LENGTH};

/// The least length of the secret key.
pub(super) const SECRET_KEY_BYTES: usize = 32;

/// The longest duration that a setting takes.
const MAX_DURATION: Duration = Duration::from_hours(10 * 365 * 24);

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Environment {
    Development,
    Production,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Pretty,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Switch {
    On,
    Off,
}

pub(super) fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "an address such as 127.0.0.1:8000 or [::1]:8000")
}

#[cfg(feature = "embedded-mailbox")]
pub(super) fn loopback(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .ok()
        .filter(|address: &SocketAddr| address.ip().is_loopback())
        .ok_or("a loopback address such as 127.0.0.1:1025, because the embedded mailbox is only for this machine")
}

pub(super) fn database_url(text: &str) -> Result<SecretString, &'static str> {
    let is_known = ["postgres://", "postgresql://", "sqlite://"]
        .iter()
        .any(|scheme| text.starts_with(scheme));
    if is_known && Url::parse(text).is_ok() {
        Ok(text.into())
    } else {
        Err(DATABASE_URL)
    }
}

/// A domain name or an address literal (RFC 5321, 4.1.3).
pub(super) fn ehlo_name(text: &str) -> Result<String, &'static str> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-[]:_".contains(&byte);
    if !text.is_empty() && text.len() <= 255 && text.bytes().all(is_name) {
        Ok(text.to_owned())
    } else {
        Err("a name such as mail.example.com, or an address such as [192.0.2.1]")
    }
}

pub(super) fn secret_key(text: &str) -> Result<SecretSlice<u8>, &'static str> {
    const {
        assert!(SECRET_KEY_BYTES == 32, "the text below says so");
    }
    if text.len() >= SECRET_KEY_BYTES {
        Ok(text.as_bytes().to_vec().into())
    } else {
        Err("at least 32 bytes")
    }
}

/// Parses a language of emails from a BCP 47 tag. A region makes no difference.
///
/// # Errors
/// When no email is written in the language; what is expected.
pub fn locale(text: &str) -> Result<Locale, &'static str> {
    Locale::matching(text).ok_or("a language of emails: en, de, fr or es")
}

/// A name for a subject, which is one line, so without line breaks and without what changes the direction of a line.
pub(super) fn app_name(text: &str) -> Result<String, &'static str> {
    let breaks = |char: char| char.is_control() || matches!(char, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name = text.trim();
    if (1..=64).contains(&name.chars().count()) && !name.contains(breaks) {
        Ok(name.to_owned())
    } else {
        Err("a name of at most 64 characters in one line, such as Tansy")
    }
}

/// The URL of a web page that anyone may see.
pub(super) fn app_url(text: &str) -> Result<Url, &'static str> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none())
        .ok_or("an absolute URL of a web page, such as https://app.example.com")
}

/// The URL of a web page, or a link that opens an app. A slash must follow the scheme: otherwise `localhost:3000/activate`
/// would be a URL with the scheme `localhost`.
pub(super) fn activation_url(text: &str) -> Result<Url, &'static str> {
    Url::parse(text)
        .ok()
        .filter(|url| !url.cannot_be_a_base() && url.fragment().is_none())
        .filter(|url| !matches!(url.scheme(), "javascript" | "vbscript" | "data" | "file"))
        .ok_or("an absolute URL without a fragment (#), such as https://app.example.com/activate")
}

pub(super) fn code_length(text: &str) -> Result<u8, &'static str> {
    const {
        assert!(MIN_CODE_LENGTH == 4 && MAX_CODE_LENGTH == 8, "the text below says so");
    }
    text.parse()
        .ok()
        .filter(|length| (MIN_CODE_LENGTH..=MAX_CODE_LENGTH).contains(length))
        .ok_or("a number from 4 to 8")
}

pub(super) fn duration(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text)
        .ok()
        .filter(|duration| (Duration::from_secs(1)..=MAX_DURATION).contains(duration))
        .ok_or("a duration from 1 second to 10 years, such as 60s, 30min or 7d")
}

/// A URL without path, query and credentials.
fn web_origin(text: &str) -> Option<String> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .map(|url| url.origin().ascii_serialization())
        .filter(|origin| origin == text)
}

/// An origin without any character that has a meaning in HTML or in a content security policy, because GraphiQL's page
/// contains it.
pub(super) fn mailbox_origin(text: &str) -> Result<String, &'static str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-_[]".contains(&byte);
    web_origin(text.trim().trim_end_matches('/'))
        .filter(|origin| origin.bytes().all(is_plain))
        .ok_or("an origin such as http://localhost:8025")
}

/// An origin as browsers send it: scheme, host and port. Apps have origins such as `capacitor://localhost`. Everything is
/// compared as a whole, so a pattern would never match.
pub(super) fn origin(text: &str) -> Result<HeaderValue, &'static str> {
    let text = text.trim();
    let origin = web_origin(text).or_else(|| app_origin(text));
    origin
        .filter(|origin| !origin.contains('*'))
        .and_then(|origin| HeaderValue::try_from(origin).ok())
        .ok_or("origins such as https://app.example.com, separated by commas and without wildcards")
}

/// The origin of an app, which has a scheme of its own and no port.
fn app_origin(text: &str) -> Option<String> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| !matches!(url.scheme(), "http" | "https" | "file" | "data"))?;
    let origin = format!("{}://{}", url.scheme(), url.host_str()?);
    (!url.host_str()?.is_empty() && origin == text).then_some(origin)
}

/// A host name, without scheme and port. A name in Unicode arrives in ASCII.
pub(super) fn host_name(text: &str) -> Result<String, &'static str> {
    let is_host_character = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    Some(text.trim())
        .filter(|name| !name.is_empty() && name.bytes().all(is_host_character))
        // A dot at the start would not mean all subdomains.
        .filter(|name| !name.starts_with('.') && !name.contains(".."))
        .map(str::to_owned)
        .ok_or("host names such as api.example.com, without port, separated by commas; a Unicode name as xn--…")
}

/// An IPv4 network written as IPv6 (`::ffff:10.0.0.0/104`) becomes IPv4, as the addresses that are compared with it.
pub(super) fn network(text: &str) -> Result<IpNet, &'static str> {
    let text = text.trim();
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let network = network.map_err(|_| "networks such as 10.0.0.0/8 or fd00::/8, separated by commas")?;
    let mapped = match network {
        IpNet::V6(v6) => v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96)),
        IpNet::V4(_) => None,
    };
    let v4 = mapped.and_then(|(address, length)| IpNet::new(address.into(), length).ok());
    Ok(v4.unwrap_or(network))
}

pub(super) fn file(text: &str) -> Result<PathBuf, &'static str> {
    Some(text)
        .filter(|text| !text.is_empty())
        .map(PathBuf::from)
        .ok_or("a file such as /srv/pwned-passwords.txt")
}

/// Empty levels would log errors only.
pub(super) fn log_levels(text: &str) -> Result<String, &'static str> {
    match EnvFilter::try_new(text) {
        Ok(_) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err("levels such as info or api=debug,info"),
    }
}

pub(super) fn number(text: &str) -> Result<u32, &'static str> {
    text.parse().map_err(|_| "a number such as 60")
}

pub(super) fn positive<N: FromStr + PartialOrd + Default>(text: &str) -> Result<N, &'static str> {
    text.parse()
        .ok()
        .filter(|number| *number > N::default())
        .ok_or("a number above 0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_name_has_no_scheme_and_no_port() {
        for name in [
            "api.example.com",
            " API.example.com ",
            "my_api",
            "xn--bcher-kva.example",
        ] {
            assert_eq!(host_name(name).as_deref(), Ok(name.trim()));
        }
        for text in [
            "",
            "https://api.example.com",
            "api.example.com:443",
            "api.example.com/",
            "*",
            ".example.com",
            "api..example.com",
            "bücher.example",
        ] {
            assert!(host_name(text).is_err(), "{text}");
        }
    }

    #[test]
    fn network_is_ipv4_or_ipv6() {
        for (text, expected) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            (" 10.0.0.1 ", "10.0.0.1/32"),
            ("fd00::/8", "fd00::/8"),
            ("::1", "::1/128"),
            ("::/0", "::/0"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:10.0.0.1", "10.0.0.1/32"),
        ] {
            assert_eq!(
                network(text).map(|network| network.to_string()).as_deref(),
                Ok(expected)
            );
        }
        for text in ["", "*", "localhost", "10.0.0.0/33", "10.0.0.1:80", "[::1]"] {
            assert!(network(text).is_err(), "{text}");
        }
    }

    #[test]
    fn mailbox_url_is_an_origin() {
        for origin in [
            "http://localhost:8025",
            "https://mail.example.com",
            "http://mailer_mock-2:8025",
            "http://[::1]:8025",
        ] {
            assert_eq!(mailbox_origin(origin), Ok(origin.to_owned()));
            assert_eq!(mailbox_origin(&format!(" {origin}/ ")), Ok(origin.to_owned()));
        }
        for text in [
            "",
            "localhost:8025",
            "ftp://localhost",
            "http://localhost:8025/mails",
            "http://ada@localhost",
            "http://localhost http://evil.example",
            "http://a\"b",
            "http://a'b",
            "http://a;b",
            "http://a,b",
            "http://a<b",
            "http://a>b",
            "http://a&b",
            "http://a*b",
            "http://a\tb",
        ] {
            assert!(mailbox_origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn origin_is_what_a_browser_sends() {
        for text in [
            "https://app.example.com",
            "http://localhost:3000",
            "http://[::1]:3000",
            "https://xn--bcher-kva.example",
            "capacitor://localhost",
            "ionic://localhost",
            "tauri://localhost",
            "app://bundle",
            "chrome-extension://abcdefghijklmnop",
        ] {
            assert_eq!(origin(&format!(" {text} ")).expect(text), text);
        }
        for text in [
            "",
            "*",
            "null",
            "https://*.example.com",
            "https://*",
            "capacitor://*",
            "https://app.example.com/",
            "https://app.example.com:443",
            "https://APP.example.com",
            "https://ada@app.example.com",
            "capacitor://localhost/",
            "capacitor://ada@localhost",
            "capacitor://",
            "file:///",
            "data:,",
            "localhost:3000",
            "https://app.example.com https://admin.example.com",
        ] {
            assert!(origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn locale_is_a_language_of_emails() {
        assert_eq!(locale("de-AT"), Ok(Locale::De));
        for text in ["", "nl", "german"] {
            assert!(locale(text).is_err(), "{text}");
        }
    }

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
    fn app_url_is_a_web_page() {
        for (text, url) in [
            ("https://tansy.example", "https://tansy.example/"),
            ("http://localhost:5173/#/home", "http://localhost:5173/#/home"),
            (
                "https://bücher.example/\"<b>",
                "https://xn--bcher-kva.example/%22%3Cb%3E",
            ),
        ] {
            assert_eq!(app_url(text).as_ref().map(Url::as_str), Ok(url));
        }
        for text in [
            "",
            "tansy.example",
            "localhost:5173",
            "/home",
            "javascript:alert(1)",
            "javascript://app.example.com/%0aalert(1)",
            "file:///etc/passwd",
            "mailto:ada@example.com",
            "ftp://tansy.example",
            "tansy://home",
            "https://ada@tansy.example",
            "https://ada:secret@tansy.example",
        ] {
            assert!(app_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn activation_url_is_absolute_and_has_no_fragment() {
        for (text, url) in [
            ("https://app.example.com/activate", "https://app.example.com/activate"),
            ("http://localhost:5173", "http://localhost:5173/"),
            (
                "https://app.example.com/?page=activate",
                "https://app.example.com/?page=activate",
            ),
            ("myapp://activate", "myapp://activate"),
            ("com.example.app:/activate", "com.example.app:/activate"),
        ] {
            assert_eq!(activation_url(text).as_ref().map(Url::as_str), Ok(url));
        }
        for text in [
            "",
            "/activate",
            "app.example.com/activate",
            "app.example.com:443/activate",
            "localhost:5173/activate",
            "https://",
            "https://app.example.com/#/activate",
            "https://app.example.com/activate#",
            "javascript:alert(1)",
            "javascript://app.example.com/%0aalert(1)",
            "file:///etc/passwd",
            "mailto:ada@example.com",
        ] {
            assert!(activation_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn database_url_has_a_known_scheme_and_can_be_parsed() {
        for text in [
            "postgres://ada:p%40ss@localhost/accounts",
            "postgresql:///accounts?host=/run/postgresql",
            "sqlite://data/registration.sqlite",
            "sqlite:///var/lib/a folder/registration.sqlite",
        ] {
            assert!(database_url(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "mysql://localhost/accounts",
            "localhost/accounts",
            "postgres://ada:p#ss@localhost/accounts",
            "postgres://ada:p/ss@localhost/accounts",
        ] {
            assert_eq!(database_url(text).err(), Some(DATABASE_URL), "{text}");
        }
    }
}
