use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::reply::Reply;
use crate::Credentials;

/// How a client says who it is (RFC 4954).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    /// RFC 4616: everything in one response.
    Plain,
    /// Never a standard, and everywhere: the user, then the password.
    Login,
}

/// Reads a response: base64, where a single `=` stands for nothing and `*` gives up.
///
/// # Errors
///
/// The reply that says what is wrong with it.
pub(super) fn decode(response: &[u8]) -> Result<String, Reply> {
    match response.trim_ascii() {
        b"*" => Err(Reply::AUTH_GIVEN_UP),
        b"=" => Ok(String::new()),
        response => STANDARD
            .decode(response)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or(Reply::NOT_BASE64),
    }
}

/// The credentials in the response of [`Mechanism::Plain`]: `authorization identity NUL user NUL password`. On whose
/// behalf the user acts makes no difference here.
///
/// # Errors
///
/// The reply that says what is wrong with it.
pub(super) fn plain(response: &str) -> Result<Credentials, Reply> {
    let mut parts = response.split('\0').skip(1);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(user), Some(password), None) => credentials(user, password),
        _ => Err(Reply::NOT_PLAIN),
    }
}

/// # Errors
///
/// The reply that says that nobody is named.
pub(super) fn credentials(user: &str, password: &str) -> Result<Credentials, Reply> {
    if user.is_empty() {
        return Err(Reply::NOBODY);
    }
    Ok(Credentials {
        user: user.to_owned(),
        password: password.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_base64() {
        for (response, text) in [
            ("AGEAYg==", Ok("\0a\0b")),
            (" w6k= ", Ok("\u{e9}")),
            ("=", Ok("")),
            ("", Ok("")),
            ("*", Err(Reply::AUTH_GIVEN_UP)),
            ("AGEAYg", Err(Reply::NOT_BASE64)),
            ("no base64", Err(Reply::NOT_BASE64)),
            ("/w==", Err(Reply::NOT_BASE64)),
        ] {
            assert_eq!(decode(response.as_bytes()), text.map(str::to_owned), "{response}");
        }
    }

    #[test]
    fn plain_has_three_parts() {
        for (response, pair) in [
            ("\0ada\0secret", Ok(("ada", "secret"))),
            ("someone\0ada\0", Ok(("ada", ""))),
            ("\0\0secret", Err(Reply::NOBODY)),
            ("ada\0secret", Err(Reply::NOT_PLAIN)),
            ("\0ada\0secret\0more", Err(Reply::NOT_PLAIN)),
            ("", Err(Reply::NOT_PLAIN)),
        ] {
            let expected = pair.and_then(|(user, password)| credentials(user, password));
            assert_eq!(plain(response), expected, "{response:?}");
        }
    }
}
