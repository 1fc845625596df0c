//! Reading the `Authorization` header (RFC 9110 11.6.2).

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use entity::HiddenText;

use crate::credentials::Password;
use crate::graphql::Authorization;
use crate::sessions::SessionToken;

/// Some clients leave out the padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads the credentials of a request. Two headers are unusable, because it is not clear which one counts.
pub(crate) fn read(headers: &HeaderMap) -> Authorization {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) => Authorization::Missing,
        (Some(value), None) => value.to_str().ok().and_then(parse).unwrap_or(Authorization::Unusable),
        (Some(_), Some(_)) => Authorization::Unusable,
    }
}

/// The credentials in the value of the header; `None` if it is malformed or has another scheme.
fn parse(value: &str) -> Option<Authorization> {
    let (scheme, credentials) = value.split_once(' ')?;
    let credentials = credentials.trim_matches(' ');
    if scheme.eq_ignore_ascii_case("basic") {
        basic(credentials)
    } else if scheme.eq_ignore_ascii_case("bearer") {
        bearer(credentials)
    } else {
        None
    }
}

/// `user-id ":" password` in base64 and UTF-8 (RFC 7617 2). The password may contain colons, and also the control
/// characters that the RFC forbids: a user must be able to send every password that can be registered.
fn basic(credentials: &str) -> Option<Authorization> {
    let text = String::from_utf8(BASE64.decode(credentials).ok()?).ok()?;
    let (email, password) = text.split_once(':')?;
    Some(Authorization::Basic {
        email: HiddenText(email.to_owned()),
        password: Password::new(password.to_owned()),
    })
}

/// `b64token` of RFC 6750 2.1.
fn bearer(token: &str) -> Option<Authorization> {
    let body = token.trim_end_matches('=');
    let is_token = !body.is_empty()
        && body
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte));
    is_token.then(|| Authorization::Bearer(SessionToken::new(token.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: impl AsRef<[u8]>) -> String {
        format!("Basic {}", BASE64.encode(text))
    }

    #[test]
    fn basic_is_split_at_the_first_colon() {
        for (header, email, password) in [
            (
                encoded("ada@example.com:correct horse"),
                "ada@example.com",
                "correct horse",
            ),
            (encoded("ada@example.com:a:b:c"), "ada@example.com", "a:b:c"),
            (encoded("ada@example.com: lead"), "ada@example.com", " lead"),
            (encoded("ada@example.com:pässwörd🦀"), "ada@example.com", "pässwörd🦀"),
            (encoded("ada@example.com:tab\tnul\0"), "ada@example.com", "tab\tnul\0"),
            (encoded("ada@example.com:"), "ada@example.com", ""),
            (encoded(":password"), "", "password"),
            (
                encoded("a:b")
                    .to_uppercase()
                    .replace("BASIC", "bAsIc")
                    .replace("YTPI", "YTpi"),
                "a",
                "b",
            ),
            ("Basic   YTpi".to_owned(), "a", "b"),
            ("Basic YTpiYw".to_owned(), "a", "bc"),
            ("Basic YTpiYw==".to_owned(), "a", "bc"),
        ] {
            let Some(Authorization::Basic {
                email: user,
                password: secret,
            }) = parse(&header)
            else {
                panic!("{header} is Basic");
            };
            assert_eq!(user.0, email);
            assert_eq!(secret.reveal(), password);
        }
    }

    #[test]
    fn debug_output_hides_the_credentials() {
        let basic = parse(&encoded("ada@example.com:correct horse"));
        assert_eq!(
            format!("{basic:?}"),
            "Some(Basic { email: [hidden], password: Password(SecretBox<str>([REDACTED])) })"
        );
    }

    #[test]
    fn malformed_values_and_other_schemes_are_rejected() {
        for header in [
            String::new(),
            "Basic".to_owned(),
            "Basic ".to_owned(),
            "Basic !!!!".to_owned(),
            "Basic YTpi YTpi".to_owned(),
            "YTpi".to_owned(),
            "Digest username=\"ada\"".to_owned(),
            "Bearer".to_owned(),
            "Bearer ".to_owned(),
            "Bearer a b".to_owned(),
            "Bearer a=b".to_owned(),
            "Bearer ==".to_owned(),
            "Bearer tök".to_owned(),
            encoded("no colon"),
            encoded(b"ada@example.com:\xff\xfe"),
        ] {
            assert!(parse(&header).is_none(), "{header}");
        }
    }

    #[test]
    fn bearer_tokens_are_read_unchanged() {
        for token in ["abc", "a-._~+/9==", &"x".repeat(5_000)] {
            assert!(
                matches!(parse(&format!("Bearer {token}")), Some(Authorization::Bearer(_))),
                "{token}"
            );
        }
    }

    #[test]
    fn two_headers_are_unusable() {
        let mut headers = HeaderMap::new();
        assert!(matches!(read(&headers), Authorization::Missing));
        headers.append(header::AUTHORIZATION, "Bearer abc".parse().expect("a header"));
        assert!(matches!(read(&headers), Authorization::Bearer(_)));
        headers.append(header::AUTHORIZATION, "Bearer abc".parse().expect("a header"));
        assert!(matches!(read(&headers), Authorization::Unusable));
    }
}
