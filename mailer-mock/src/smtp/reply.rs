use std::borrow::Cow;

use super::limits::{MAX_MESSAGE_SIZE, MAX_RECIPIENTS};

/// A reply to a command (RFC 5321, section 4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SmtpReply {
    pub(super) code: u16,
    /// Each line break starts another line of the reply.
    text: Cow<'static, str>,
}

impl SmtpReply {
    pub(super) const HELP: Self = Self::fixed(214, "EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP VRFY HELP QUIT");
    pub(super) const GREETING: Self = Self::fixed(220, "mailer-mock ESMTP ready");
    pub(super) const START_TLS: Self = Self::fixed(220, "ready to start TLS");
    pub(super) const BYE: Self = Self::fixed(221, "bye");
    pub(super) const AUTHENTICATED: Self = Self::fixed(235, "authentication successful");
    pub(super) const HELLO: Self = Self::fixed(250, "mailer-mock");
    pub(super) const OK: Self = Self::fixed(250, "ok");
    pub(super) const CANNOT_VERIFY: Self = Self::fixed(252, "cannot verify the user, but every message is accepted");

    pub(super) const EMPTY_CHALLENGE: Self = Self::fixed(334, "");
    /// `Username:`, as clients of AUTH LOGIN expect.
    pub(super) const USER_CHALLENGE: Self = Self::fixed(334, "VXNlcm5hbWU6");
    /// `Password:`, as clients of AUTH LOGIN expect.
    pub(super) const PASSWORD_CHALLENGE: Self = Self::fixed(334, "UGFzc3dvcmQ6");
    pub(super) const START_INPUT: Self = Self::fixed(354, "send the message, end with <CRLF>.<CRLF>");

    pub(super) const HTTP: Self = Self::fixed(421, "this is an SMTP server, not an HTTP server");
    pub(super) const IDLE_TIMEOUT: Self = Self::fixed(421, "idle timeout, closing the connection");
    pub(super) const MESSAGE_TOO_LONG: Self = Self::fixed(421, "message far too large, closing the connection");
    pub(super) const TOO_MANY_COMMANDS: Self = Self::fixed(421, "too many commands without a message");

    pub(super) const CONTROL_CHARACTER: Self = Self::fixed(500, "control character in the command");
    pub(super) const LINE_TOO_LONG: Self = Self::fixed(500, "line too long");
    pub(super) const UNKNOWN_COMMAND: Self = Self::fixed(500, "unknown command");
    pub(super) const AUTH_CANCELLED: Self = Self::fixed(501, "authentication cancelled");
    pub(super) const EMPTY_USER: Self = Self::fixed(501, "the user name is empty");
    pub(super) const INVALID_BASE64: Self = Self::fixed(501, "expected UTF-8 in base64");
    pub(super) const INVALID_PLAIN: Self = Self::fixed(501, "expected NUL user NUL password in base64");
    pub(super) const MISSING_RECIPIENT: Self = Self::fixed(501, "the recipient address is empty");
    pub(super) const STARTTLS_PARAMETER: Self = Self::fixed(501, "STARTTLS takes no parameters");
    pub(super) const NOT_IMPLEMENTED: Self = Self::fixed(502, "command not implemented");
    pub(super) const ALREADY_AUTHENTICATED: Self = Self::fixed(503, "already authenticated");
    pub(super) const ALREADY_TLS: Self = Self::fixed(503, "TLS is already active");
    pub(super) const AUTH_DURING_MAIL: Self = Self::fixed(503, "AUTH is not allowed after MAIL, send RSET first");
    pub(super) const HELLO_FIRST: Self = Self::fixed(503, "send EHLO or HELO first");
    pub(super) const MAIL_FIRST: Self = Self::fixed(503, "send MAIL FROM first");
    pub(super) const NESTED_MAIL: Self = Self::fixed(503, "MAIL was already accepted, send RSET first");
    pub(super) const QUIT_ONLY: Self = Self::fixed(503, "not accepting messages, send QUIT");
    pub(super) const RCPT_FIRST: Self = Self::fixed(503, "send RCPT TO first");
    pub(super) const UNKNOWN_MECHANISM: Self = Self::fixed(504, "unsupported mechanism, use PLAIN or LOGIN");
    pub(super) const AUTH_REQUIRED: Self = Self::fixed(530, "authentication required");
    pub(super) const WRONG_CREDENTIALS: Self = Self::fixed(535, "wrong user name or password");
    pub(super) const SMTPUTF8_REQUIRED: Self = Self::fixed(553, "a non-ASCII address requires SMTPUTF8 in MAIL FROM");

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

    /// The reply to EHLO: the server's name, then one extension on each line (section 4.1.1.1).
    pub(super) fn extensions(starttls: bool) -> Self {
        let starttls = if starttls { "\nSTARTTLS" } else { "" };
        Self::new(
            250,
            format!(
                "mailer-mock\nSIZE {MAX_MESSAGE_SIZE}\nPIPELINING\n8BITMIME\nSMTPUTF8{starttls}\n\
                 AUTH PLAIN LOGIN\nHELP"
            ),
        )
    }

    pub(super) fn message_too_large() -> Self {
        Self::new(552, format!("message too large, the limit is {MAX_MESSAGE_SIZE} bytes"))
    }

    pub(super) fn too_many_recipients() -> Self {
        Self::new(452, format!("too many recipients, the limit is {MAX_RECIPIENTS}"))
    }

    /// Whether the command took effect (section 4.2.1).
    pub(super) fn is_success(&self) -> bool {
        self.code < 400
    }

    /// Each line starts with the code. A hyphen after it means that another line follows.
    pub(super) fn write(&self, output: &mut Vec<u8>) {
        let mut lines = self.text.split('\n').peekable();
        while let Some(line) = lines.next() {
            let separator = if lines.peek().is_some() { '-' } else { ' ' };
            let line = line.replace(|c: char| c.is_control(), " ");
            output.extend_from_slice(format!("{:03}{separator}{line}\r\n", self.code).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SmtpReply;

    #[test]
    fn each_line_has_the_code_and_no_control_characters() {
        let mut output = Vec::new();
        SmtpReply::new(250, "one\ntwo\r\x1b[31m").write(&mut output);
        SmtpReply::OK.write(&mut output);
        assert_eq!(
            String::from_utf8_lossy(&output),
            "250-one\r\n250 two  [31m\r\n250 ok\r\n"
        );
    }
}
