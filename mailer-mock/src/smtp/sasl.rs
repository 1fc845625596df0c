use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::reply::SmtpReply;
use crate::config::Credentials;

/// How a client authenticates (RFC 4954).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    /// RFC 4616: user and password in one response.
    Plain,
    /// Not a standard but common: the user name in one response, the password in the next.
    Login,
}

/// Decodes a response from base64. A single `=` is an empty response, `*` cancels the login.
pub(super) fn decode(response: &[u8]) -> Result<String, SmtpReply> {
    match response.trim_ascii() {
        b"*" => Err(SmtpReply::AUTH_CANCELLED),
        b"=" => Ok(String::new()),
        response => STANDARD
            .decode(response)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or(SmtpReply::INVALID_BASE64),
    }
}

/// Parses the response of [`Mechanism::Plain`]: `authorization identity NUL user NUL password`. The authorization
/// identity is ignored.
pub(super) fn plain(response: &str) -> Result<Credentials, SmtpReply> {
    let mut parts = response.split('\0').skip(1);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(user), Some(password), None) => credentials(user, password),
        _ => Err(SmtpReply::INVALID_PLAIN),
    }
}

pub(super) fn credentials(user: &str, password: &str) -> Result<Credentials, SmtpReply> {
    if user.is_empty() {
        return Err(SmtpReply::EMPTY_USER);
    }
    Ok(Credentials {
        user: user.to_owned(),
        password: password.to_owned(),
    })
}
