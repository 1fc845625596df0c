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
    ///
    /// # Errors
    ///
    /// The reply that states what is wrong.
    pub(super) fn parse(line: &[u8]) -> Result<Self, SmtpReply> {
        // smtp_proto skips a carriage return anywhere in the line.
        if line.iter().any(u8::is_ascii_control) {
            return Err(SmtpReply::CONTROL_CHARACTER);
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

/// Cuts an address out of the line that `smtp_proto` would change or reject: it drops the quotes of a local part, and knows
/// no address literals (RFC 5321, sections 4.1.2 and 4.1.3). Another address takes its place.
fn take_unusual_address(line: &[u8]) -> (Cow<'_, [u8]>, Option<String>) {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
        let (atom, quoted) = (r#"[^\s"@<>\[\]:]+"#, r#""(?:[^"\\]|\\.)*""#);
        let pattern = format!(r"^[^<]*<(?:@[^:<>]*:)?((?:{atom}|{quoted})@(?:{atom}|\[(?:IPv6:)?([\da-fA-F.:]+)\]))>");
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

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(sender: &str, utf8: bool) -> Command {
        let sender = sender.to_owned();
        Command::Mail { sender, utf8 }
    }

    fn rcpt(recipient: &str) -> Command {
        Command::Rcpt(recipient.to_owned())
    }

    #[test]
    fn parses_commands() {
        for (line, command) in [
            ("EHLO client.example", Command::Ehlo),
            ("helo [127.0.0.1]", Command::Helo),
            ("MAIL FROM:<>", mail("", false)),
            (
                "mail from:<a+b@example.com> SIZE=1000 BODY=8BITMIME SMTPUTF8",
                mail("a+b@example.com", true),
            ),
            (
                "MAIL FROM:<\u{fc}@example.com> SMTPUTF8",
                mail("\u{fc}@example.com", true),
            ),
            ("starttls", Command::StartTls),
            ("AUTH PLAIN", Command::Auth(Mechanism::Plain, None)),
            ("auth plain =", Command::Auth(Mechanism::Plain, Some("=".to_owned()))),
            (
                "AUTH LOGIN YQ==",
                Command::Auth(Mechanism::Login, Some("YQ==".to_owned())),
            ),
            ("RCPT TO:<\"a b\"@example.com>", rcpt("\"a b\"@example.com")),
            ("RCPT TO:<\"a@b\\\" >\"@example.com>", rcpt("\"a@b\\\" >\"@example.com")),
            ("RCPT TO:<ada@[127.0.0.1]>", rcpt("ada@[127.0.0.1]")),
            ("RCPT TO:<\"a b\"@[IPv6:::1]>", rcpt("\"a b\"@[IPv6:::1]")),
            (
                "RCPT TO:<\u{fc}@example.com>",
                Command::Rcpt("\u{fc}@example.com".to_owned()),
            ),
            ("RCPT TO:<Postmaster>", Command::Rcpt("postmaster".to_owned())),
            ("DATA", Command::Data),
            ("RSET", Command::Rset),
            ("NOOP", Command::Noop),
            ("VRFY anyone", Command::Vrfy),
            ("HELP", Command::Help),
            ("quit", Command::Quit),
        ] {
            assert_eq!(Command::parse(line.as_bytes()), Ok(command), "{line}");
        }
    }

    #[test]
    fn rejects_invalid_commands() {
        for (line, code) in [
            ("", 500),
            ("FOO", 500),
            ("DATA\rX", 500),
            ("RCPT TO:<\"\r\"@example.com>", 500),
            ("EHLO", 501),
            ("MAIL FROM:a@example.com", 501),
            ("MAIL FROM:<a>", 501),
            ("RCPT TO:<a@[127.0.0.256]>", 501),
            ("RCPT TO:<a@[example.com]>", 501),
            ("RCPT TO:<\"a\">", 501),
            ("RCPT TO:<\"a@example.com>", 501),
            ("RCPT TO:<a\"b\"@example.com>", 501),
            ("MAIL FROM:<\"a\"b@example.com>", 501),
            ("RCPT TO:<a@>", 501),
            ("MAIL FROM:<\"\u{fc}\"@example.com>", 553),
            ("RCPT TO:<>", 501),
            ("RCPT TO:<a@b@c>", 501),
            ("STARTTLS now", 501),
            ("AUTH", 501),
            ("AUTH CRAM-MD5", 504),
            ("AUTH NONSENSE", 504),
            ("MAIL FROM:<\u{fc}@example.com>", 553),
            ("BDAT 10 LAST", 502),
            ("EXPN list", 502),
            ("MAIL FROM:<a@example.com> SIZE=10485761", 552),
            ("MAIL FROM:<a@example.com> FOO=bar", 555),
        ] {
            let rejected = Command::parse(line.as_bytes()).map_err(|reply| reply.code());
            assert_eq!(rejected, Err(code), "{line}");
        }
    }
}
