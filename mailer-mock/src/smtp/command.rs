use smtp_proto::{Error, Request};

use super::MAX_MAIL;
use super::reply::Reply;

/// What a client can ask for here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Ehlo,
    Helo,
    /// The reverse-path, empty for the null sender.
    Mail(String),
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
            Request::Mail { from } => Ok(Self::Mail(from.address.into_owned())),
            Request::Rcpt { to } if to.address.is_empty() => postmaster(line),
            Request::Rcpt { to } => Ok(Self::Rcpt(to.address.into_owned())),
            Request::Data => Ok(Self::Data),
            Request::Rset => Ok(Self::Rset),
            Request::Noop { .. } => Ok(Self::Noop),
            Request::Vrfy { .. } => Ok(Self::Vrfy),
            Request::Help { .. } => Ok(Self::Help),
            Request::Quit => Ok(Self::Quit),
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

    #[test]
    fn commands() {
        for (line, command) in [
            ("EHLO client.example", Command::Ehlo),
            ("helo [127.0.0.1]", Command::Helo),
            ("MAIL FROM:<>", Command::Mail(String::new())),
            (
                "mail from:<a+b@example.com> SIZE=1000 BODY=8BITMIME SMTPUTF8",
                Command::Mail("a+b@example.com".to_owned()),
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
            ("STARTTLS", 502),
            ("AUTH PLAIN AGEAYg==", 502),
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
