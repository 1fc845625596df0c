//! What must hold of every input, whatever it is. The tests below try it on inputs that look like the real ones, and the
//! target in `fuzz/` on those that a fuzzer finds.

pub use crate::smtp::fuzzing::smtp;

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const OF_DIALOGUES: &[&str] = &[
        "EHLO a\r\n",
        "HELO a\r\n",
        "MAIL FROM:<a@b>\r\n",
        "MAIL FROM:<>\r\n",
        "RCPT TO:<a@b>\r\n",
        "RCPT TO:<\u{fc}@b>\r\n",
        "RCPT TO:<Postmaster>\n",
        "RCPT TO:",
        "DATA\r\n",
        "RSET\r\n",
        "NOOP a\r\n",
        "VRFY a\r\n",
        "HELP\r\n",
        "QUIT\r\n",
        "BDAT 4\r\n",
        "STARTTLS\r\n",
        "AUTH PLAIN\r\n",
        "AGEAYg==\r\n",
        " SIZE=99999999999999999999",
        " BODY=8BITMIME",
        "<",
        ">",
        "\"",
        "\\",
        "@",
        ":",
        "\r\n",
        "\r\n.\r\n",
        "\n.\n",
        "\r.\r",
        "..",
        "\r",
        "\n",
        "\0",
        " ",
    ];

    const OF_MAILS: &[&str] = &[
        "Subject: Your code is 4466\r\n",
        "Subject: =?utf-8?B?",
        "=?utf-8?Q?=C3=BC?=",
        "To: a <a@b>, ,;:\r\n",
        "Content-Type: multipart/mixed; boundary=a\r\n",
        "Content-Type: multipart/alternative; boundary=\"\"\r\n",
        "Content-Type: text/html; charset=utf-16\r\n",
        "Content-Type: text/plain; charset=x\r\n",
        "Content-Type: message/rfc822\r\n",
        "Content-Transfer-Encoding: base64\r\n",
        "Content-Transfer-Encoding: quoted-printable\r\n",
        "Content-Disposition: attachment; filename*=utf-8''%\r\n",
        "--a\r\n",
        "--a--\r\n",
        "--",
        "\r\n",
        "\n",
        "code: 12345678",
        " 4466 ",
        "<p>code <b>0042</b><script>",
        "&#1;&amp",
        "<!--",
        "=\r\n",
        "=FF",
        "\u{fc}",
        "\u{661}\u{662}\u{663}\u{664}",
        "\0",
        "..",
    ];

    fn pieces(pieces: &'static [&'static str], length: usize) -> impl Strategy<Value = String> {
        vec(select(pieces), 0..length).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(input in vec(any::<u8>(), 0..200)) {
            smtp(&input);
        }

        #[test]
        fn any_order_of_commands_is_answered(input in pieces(OF_DIALOGUES, 40)) {
            smtp(input.as_bytes());
        }

        #[test]
        fn any_mail_is_read(head in pieces(OF_MAILS, 12), body in pieces(OF_MAILS, 30)) {
            let begin = "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n";
            smtp(format!("{begin}{head}\r\n{body}\r\n.\r\n").as_bytes());
        }
    }
}
