//! Reading the values of settings. An error says what is expected; who reports it names the setting.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::http::HeaderValue;
use ipnet::IpNet;

use crate::account::{MAX_CODE_LENGTH, MIN_CODE_LENGTH};

/// The longest time that can be set.
const LONGEST: Duration = Duration::from_hours(10 * 365 * 24);

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "expected an address such as 127.0.0.1:8000 or [::1]:8000".to_owned())
}

pub(super) fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address = address(text)?;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => Ok(address),
        IpAddr::V6(ip) if ip.is_loopback() => Ok(address),
        _ => Err(
            "expected an address of this machine alone, such as 127.0.0.1:1025: embedded parts are for development"
                .to_owned(),
        ),
    }
}

pub(super) fn code_length(text: &str) -> Result<u8, String> {
    text.parse()
        .ok()
        .filter(|length| (MIN_CODE_LENGTH..=MAX_CODE_LENGTH).contains(length))
        .ok_or_else(|| format!("expected a number from {MIN_CODE_LENGTH} to {MAX_CODE_LENGTH}"))
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .ok()
        .filter(|duration| (Duration::from_secs(1)..=LONGEST).contains(duration))
        .ok_or_else(|| "expected a time from a second to ten years, such as 60s, 30min or 7d".to_owned())
}

/// Without what a URL has after its port.
fn web_origin(text: &str) -> Option<String> {
    url::Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .map(|url| url.origin().ascii_serialization())
}

/// It becomes part of a page and of its policy, so it may hold nothing that means something there.
pub(super) fn mailbox(text: &str) -> Result<String, String> {
    let text = text.trim().trim_end_matches('/');
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-_[]".contains(&byte);
    web_origin(text)
        .filter(|origin| origin == text && origin.bytes().all(is_plain))
        .ok_or_else(|| "expected an origin such as http://localhost:8025".to_owned())
}

pub(super) fn origin(text: &str) -> Result<HeaderValue, String> {
    web_origin(text.trim())
        .filter(|origin| origin == text.trim())
        .and_then(|origin| HeaderValue::try_from(origin).ok())
        .ok_or_else(|| "expected origins such as https://app.example.com, separated by commas".to_owned())
}

pub(super) fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "expected a number, such as 60".to_owned())
}

pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| "expected networks such as 10.0.0.0/8 or fd00::/8, separated by commas".to_owned())
}

pub(super) fn positive(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| "expected a number above 0".to_owned())
}

pub(super) fn positive_u32(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| "expected a number above 0".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mailbox_is_an_origin_and_nothing_else() {
        for origin in [
            "http://localhost:8025",
            "https://mail.example.com",
            "http://mailer_mock-2:8025",
            "http://[::1]:8025",
        ] {
            assert_eq!(mailbox(origin), Ok(origin.to_owned()));
            assert_eq!(mailbox(&format!(" {origin}/ ")), Ok(origin.to_owned()));
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
            assert!(mailbox(text).is_err(), "{text}");
        }
    }
}
