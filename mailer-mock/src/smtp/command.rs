use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN, Error, MAIL_SMTPUTF8, Request};

use super::MAX_MAIL;
use super::auth::Mechanism;
use super::reply::Reply;

/// What a client can ask for here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Ehlo,
    Helo,
    StartTls,
    /// How the client says who it is, and the first response, where it gives one.
    Auth(Mechanism, Option<String>),
    Mail {
        /// The reverse-path, empty for the null sender.
        sender: String,
        /// Whether addresses may hold more than ASCII (RFC 6531).
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
    /// Reads a command line, without its line break.
    ///
    /// # Errors
    ///
    /// The reply that says what is wrong with it.
    pub(super) fn parse(line: &[u8]) -> Result<Self, Reply> {
        // The parser below passes over a carriage return wherever it stands.
        if line.iter().any(u8::is_ascii_control) {
            return Err(Reply::CONTROL_CHARACTER);
        }
        let terminated = [line, b"\r\n"].concat();
        match Request::parse(&mut terminated.iter()).map_err(|error| refusal(&error))? {
            Request::Ehlo { .. } => Ok(Self::Ehlo),
            Request::Helo { .. } => Ok(Self::Helo),
            Request::Mail { from } if from.size > MAX_MAIL => Err(Reply::mail_too_large()),
            Request::Mail { from } => {
                let utf8 = from.flags & MAIL_SMTPUTF8 != 0;
                if !utf8 && !from.address.is_ascii() {
                    return Err(Reply::NEEDS_SMTPUTF8);
                }
                Ok(Self::Mail {
                    sender: from.address.into_owned(),
                    utf8,
                })
            }
            Request::Rcpt { to } if to.address.is_empty() => postmaster(line),
            Request::Rcpt { to } => Ok(Self::Rcpt(to.address.into_owned())),
            Request::Data => Ok(Self::Data),
            Request::Rset => Ok(Self::Rset),
            Request::Noop { .. } => Ok(Self::Noop),
            Request::Vrfy { .. } => Ok(Self::Vrfy),
            Request::Help { .. } => Ok(Self::Help),
            Request::Quit => Ok(Self::Quit),
            Request::StartTls if line.trim_ascii_end().len() > "STARTTLS".len() => Err(Reply::STARTTLS_ALONE),
            Request::StartTls => Ok(Self::StartTls),
            Request::Auth {
                mechanism,
                initial_response,
            } => {
                let mechanism = match mechanism {
                    AUTH_PLAIN => Mechanism::Plain,
                    AUTH_LOGIN => Mechanism::Login,
                    _ => return Err(Reply::UNKNOWN_MECHANISM),
                };
                let first = Some(initial_response.into_owned()).filter(|first| !first.is_empty());
                Ok(Self::Auth(mechanism, first))
            }
            _ => Err(Reply::NOT_OFFERED),
        }
    }
}

/// The parser gives an empty address both for `<>`, which is no recipient, and for `<postmaster>`, which every server
/// takes without a domain (RFC 5321, section 4.5.1).
fn postmaster(line: &[u8]) -> Result<Command, Reply> {
    if line.to_ascii_lowercase().windows(12).any(|w| w == b"<postmaster>") {
        Ok(Command::Rcpt("postmaster".to_owned()))
    } else {
        Err(Reply::NO_RECIPIENT)
    }
}

/// The codes of RFC 5321, section 4.2.2; 555 is for parameters (section 4.1.1.11).
fn refusal(error: &Error) -> Reply {
    match error {
        Error::InvalidSenderAddress => Reply::fixed(501, "that is no sender's address"),
        Error::InvalidRecipientAddress => Reply::fixed(501, "that is no recipient's address"),
        Error::SyntaxError { syntax } => Reply::new(501, format!("the syntax is: {syntax}")),
        Error::InvalidParameter { param } => Reply::new(501, format!("invalid value of the parameter {param}")),
        Error::UnsupportedParameter { .. } => Reply::fixed(555, "parameter not offered here"),
        _ => Reply::UNKNOWN_COMMAND,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(sender: &str, utf8: bool) -> Command {
        let sender = sender.to_owned();
        Command::Mail { sender, utf8 }
    }

    #[test]
    fn commands() {
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
            (
                "RCPT TO:<\"a b\"@example.com>",
                Command::Rcpt("a b@example.com".to_owned()),
            ),
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
    fn refusals() {
        for (line, code) in [
            ("", 500),
            ("FOO", 500),
            ("DATA\rX", 500),
            ("RCPT TO:<\"\r\"@example.com>", 500),
            ("EHLO", 501),
            ("MAIL FROM:a@example.com", 501),
            ("MAIL FROM:<a>", 501),
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
            let refused = Command::parse(line.as_bytes()).map_err(|reply| reply.code());
            assert_eq!(refused, Err(code), "{line}");
        }
    }
}
