use std::borrow::Cow;

use super::{MAX_MAIL, MAX_RECIPIENTS};

/// A reply to a command (RFC 5321, section 4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    code: u16,
    /// A line break in it makes a reply of several lines.
    text: Cow<'static, str>,
}

impl Reply {
    pub(super) const GREETING: Self = Self::fixed(220, "mailer-mock ESMTP ready");
    pub(super) const HELLO: Self = Self::fixed(250, "mailer-mock");
    pub(super) const BYE: Self = Self::fixed(221, "bye");
    pub(super) const OK: Self = Self::fixed(250, "ok");
    pub(super) const CANNOT_VERIFY: Self = Self::fixed(252, "every mail is accepted, whoever it is for");
    pub(super) const HELP: Self = Self::fixed(214, "EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP VRFY HELP QUIT");
    pub(super) const SEND_DATA: Self = Self::fixed(354, "send the mail, end it with a dot on a line of its own");
    pub(super) const START_TLS: Self = Self::fixed(220, "speak TLS now");
    pub(super) const WELCOME: Self = Self::fixed(235, "welcome");
    pub(super) const GO_ON: Self = Self::fixed(334, "");
    /// `Username:` and `Password:`, as clients of this mechanism expect to be asked.
    pub(super) const ASK_USER: Self = Self::fixed(334, "VXNlcm5hbWU6");
    pub(super) const ASK_PASSWORD: Self = Self::fixed(334, "UGFzc3dvcmQ6");

    pub(super) const IDLE: Self = Self::fixed(421, "silent for too long, closing the connection");
    pub(super) const TOO_MANY_CONNECTIONS: Self = Self::fixed(421, "too many connections, try again later");
    pub(super) const LINE_TOO_LONG: Self = Self::fixed(500, "line too long");
    pub(super) const UNKNOWN_COMMAND: Self = Self::fixed(500, "unknown command");
    pub(super) const CONTROL_CHARACTER: Self = Self::fixed(500, "control character in the command line");
    pub(super) const NOT_OFFERED: Self = Self::fixed(502, "command not offered here");
    pub(super) const HELLO_FIRST: Self = Self::fixed(503, "send EHLO or HELO first");
    pub(super) const MAIL_FIRST: Self = Self::fixed(503, "send MAIL FROM first");
    pub(super) const RCPT_FIRST: Self = Self::fixed(503, "no recipient was accepted yet");
    pub(super) const ONE_MAIL_AT_A_TIME: Self = Self::fixed(503, "a mail is begun already, RSET abandons it");
    pub(super) const QUIT_ONLY: Self = Self::fixed(503, "not accepting mail, only QUIT");
    pub(super) const NO_RECIPIENT: Self = Self::fixed(501, "a recipient has an address");

    pub(super) const STARTTLS_ALONE: Self = Self::fixed(501, "STARTTLS stands alone");
    pub(super) const ALREADY_SECURE: Self = Self::fixed(503, "this is TLS already");
    pub(super) const NOT_IN_A_MAIL: Self = Self::fixed(503, "not while a mail is begun, RSET abandons it");
    pub(super) const ALREADY_KNOWN: Self = Self::fixed(503, "who you are is known already");
    pub(super) const UNKNOWN_MECHANISM: Self = Self::fixed(504, "only AUTH PLAIN and AUTH LOGIN are offered");
    pub(super) const AUTH_GIVEN_UP: Self = Self::fixed(501, "given up, as you ask");
    pub(super) const NOT_BASE64: Self = Self::fixed(501, "expected UTF-8 in base64");
    pub(super) const NOT_PLAIN: Self = Self::fixed(501, "expected NUL user NUL password in base64");
    pub(super) const NOBODY: Self = Self::fixed(501, "the user's name is empty");
    pub(super) const AUTH_FIRST: Self = Self::fixed(530, "this server asks for AUTH first");
    pub(super) const WRONG_CREDENTIALS: Self = Self::fixed(535, "no such user and password");
    pub(super) const NEEDS_SMTPUTF8: Self = Self::fixed(
        553,
        "an address beyond ASCII needs MAIL FROM with the parameter SMTPUTF8",
    );
    pub(super) const TOO_MANY_COMMANDS: Self = Self::fixed(421, "too many commands without a mail");
    pub(super) const ENDLESS_MAIL: Self = Self::fixed(421, "the mail goes on far beyond its limit");

    pub(super) const fn fixed(code: u16, text: &'static str) -> Self {
        Self {
            code,
            text: Cow::Borrowed(text),
        }
    }

    pub(super) fn new(code: u16, text: impl Into<String>) -> Self {
        Self {
            code,
            text: Cow::Owned(text.into()),
        }
    }

    /// The answer to EHLO: the name, then an extension a line (section 4.1.1.1).
    pub(super) fn extensions(starttls: bool) -> Self {
        let starttls = if starttls { "\nSTARTTLS" } else { "" };
        Self::new(
            250,
            format!("mailer-mock\nSIZE {MAX_MAIL}\nPIPELINING\n8BITMIME\nSMTPUTF8{starttls}\nAUTH PLAIN LOGIN\nHELP"),
        )
    }

    pub(super) fn mail_too_large() -> Self {
        Self::new(552, format!("a mail has at most {MAX_MAIL} bytes"))
    }

    pub(super) fn too_many_recipients() -> Self {
        Self::new(452, format!("a mail has at most {MAX_RECIPIENTS} recipients"))
    }

    pub(super) fn code(&self) -> u16 {
        self.code
    }

    /// Whether the command took effect (section 4.2.1).
    pub(super) fn accepts(&self) -> bool {
        self.code < 400
    }

    /// As it is sent: each line begins with the code, and a hyphen says that another one follows.
    pub(super) fn write(&self, output: &mut Vec<u8>) {
        let mut lines = self.text.split('\n').peekable();
        while let Some(line) = lines.next() {
            let mark = if lines.peek().is_some() { '-' } else { ' ' };
            let line = line.replace(|c: char| c.is_control(), " ");
            output.extend_from_slice(format!("{:03}{mark}{line}\r\n", self.code).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reply;

    #[test]
    fn is_written_a_line_at_a_time() {
        let mut output = Vec::new();
        Reply::new(250, "one\ntwo\r\x1b[31m").write(&mut output);
        Reply::OK.write(&mut output);
        assert_eq!(
            String::from_utf8_lossy(&output),
            "250-one\r\n250 two  [31m\r\n250 ok\r\n"
        );
    }
}
