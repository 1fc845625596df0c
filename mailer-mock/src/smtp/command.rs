use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;
use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN, Error, MAIL_SMTPUTF8, Request};

use super::limits::{MAX_ADDRESS, MAX_MESSAGE_SIZE};
use super::reply::SmtpReply;
use super::sasl::Mechanism;

/// A command of a client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Ehlo,
    Helo,
    StartTls,
    /// With the initial response, if there is one.
    Auth(Mechanism, Option<String>),
    Mail {
        /// The reverse-path; empty for the null sender.
        sender: String,
        /// Whether addresses may contain non-ASCII characters (RFC 6531).
        utf8: bool,
    },
    /// The forward-path.
    Rcpt(String),
    Data,
    Rset,
    Noop,
    Vrfy,
    Help,
    Quit,
}

impl Command {
    /// Parses a command line without its line break.
    pub(super) fn parse(line: &[u8]) -> Result<Self, SmtpReply> {
        // smtp_proto skips a carriage return anywhere in the line.
        if line.iter().any(u8::is_ascii_control) {
            return Err(SmtpReply::CONTROL_CHARACTER);
        }
        // A web page can have the browser post commands to this port.
        if line.windows(8).any(|window| window == b" HTTP/1.") {
            return Err(SmtpReply::HTTP);
        }
        let (line, address) = take_unusual_address(line);
        let terminated = [&*line, b"\r\n"].concat();
        match Request::parse(&mut terminated.iter()).map_err(|error| error_reply(&error))? {
            Request::Ehlo { .. } => Ok(Self::Ehlo),
            Request::Helo { .. } => Ok(Self::Helo),
            // `smtp_proto` drops quotes anywhere.
            Request::Mail { .. } if address.is_none() && line.contains(&b'"') => {
                Err(error_reply(&Error::InvalidSenderAddress))
            }
            Request::Rcpt { to } if address.is_none() && (line.contains(&b'"') || to.address.ends_with('@')) => {
                Err(error_reply(&Error::InvalidRecipientAddress))
            }
            Request::Mail { from } if from.size > MAX_MESSAGE_SIZE => Err(SmtpReply::message_too_large()),
            Request::Mail { from } => {
                let utf8 = from.flags & MAIL_SMTPUTF8 != 0;
                let sender = address.unwrap_or_else(|| from.address.into_owned());
                if !utf8 && !sender.is_ascii() {
                    return Err(SmtpReply::SMTPUTF8_REQUIRED);
                }
                Ok(Self::Mail { sender, utf8 })
            }
            Request::Rcpt { to } if to.address.is_empty() => postmaster(&line),
            Request::Rcpt { to } => Ok(Self::Rcpt(address.unwrap_or_else(|| to.address.into_owned()))),
            Request::Data => Ok(Self::Data),
            Request::Rset => Ok(Self::Rset),
            Request::Noop { .. } => Ok(Self::Noop),
            Request::Vrfy { .. } => Ok(Self::Vrfy),
            Request::Help { .. } => Ok(Self::Help),
            Request::Quit => Ok(Self::Quit),
            Request::StartTls if line.trim_ascii_end().len() > "STARTTLS".len() => Err(SmtpReply::STARTTLS_PARAMETER),
            Request::StartTls => Ok(Self::StartTls),
            Request::Auth {
                mechanism,
                initial_response,
            } => {
                let mechanism = match mechanism {
                    AUTH_PLAIN => Mechanism::Plain,
                    AUTH_LOGIN => Mechanism::Login,
                    _ => return Err(SmtpReply::UNKNOWN_MECHANISM),
                };
                let initial_response = Some(initial_response.into_owned()).filter(|response| !response.is_empty());
                Ok(Self::Auth(mechanism, initial_response))
            }
            _ => Err(SmtpReply::NOT_IMPLEMENTED),
        }
    }
}

/// Cuts an address out of the line that `smtp_proto` would change or reject: it drops the quotes of a local part, and
/// knows no address literals (RFC 5321, sections 4.1.2 and 4.1.3). Another address takes its place.
fn take_unusual_address(line: &[u8]) -> (Cow<'_, [u8]>, Option<String>) {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
        let (atom, quoted) = (r#"[^\s"@<>\[\]:]+"#, r#""(?:[^"\\]|\\.)*""#);
        let pattern = format!(r"^[^<]*<(?:@[^:<>]*:)?((?:{atom}|{quoted})@(?:{atom}|\[(?i:IPv6:)?([\da-fA-F.:]+)\]))>");
        Regex::new(&pattern).expect("the pattern is valid")
    });
    let unusual = str::from_utf8(line).ok().and_then(|line| {
        let address = ADDRESS.captures(line)?;
        let is_literal = address.get(2).map(|ip| ip.as_str().parse::<IpAddr>().is_ok());
        let is_unusual = is_literal.unwrap_or(address[1].starts_with('"'));
        address
            .get(1)
            .filter(|address| is_unusual && address.len() <= MAX_ADDRESS)
    });
    match unusual {
        Some(address) => (
            [&line[..address.start()], b"a@b", &line[address.end()..]]
                .concat()
                .into(),
            Some(address.as_str().to_owned()),
        ),
        None => (line.into(), None),
    }
}

/// `smtp_proto` returns an empty address for `<>`, which is invalid, and for `<postmaster>`, which every server accepts
/// without a domain (RFC 5321, section 4.5.1).
fn postmaster(line: &[u8]) -> Result<Command, SmtpReply> {
    if line.to_ascii_lowercase().windows(12).any(|w| w == b"<postmaster>") {
        Ok(Command::Rcpt("postmaster".to_owned()))
    } else {
        Err(SmtpReply::MISSING_RECIPIENT)
    }
}

/// The codes of RFC 5321, section 4.2.2, and 555 for parameters (section 4.1.1.11).
fn error_reply(error: &Error) -> SmtpReply {
    match error {
        Error::InvalidSenderAddress => SmtpReply::fixed(501, "invalid sender address"),
        Error::InvalidRecipientAddress => SmtpReply::fixed(501, "invalid recipient address"),
        Error::SyntaxError { syntax } => SmtpReply::new(501, format!("syntax error, expected: {syntax}")),
        Error::InvalidParameter { param } => SmtpReply::new(501, format!("invalid value for the parameter {param}")),
        Error::UnsupportedParameter { .. } => SmtpReply::fixed(555, "unsupported parameter"),
        _ => SmtpReply::UNKNOWN_COMMAND,
    }
}
