use mailer_mock::Config;
use mailer_mock::testing::session;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::runtime::Builder;

/// Checks that every reply is well-formed (RFC 5321, section 4.2), that every stored message had its end marker
/// (section 4.1.1.4), and that the outcome does not depend on how the network splits the input.
///
/// # Panics
/// If the property does not hold.
pub fn smtp(input: &[u8]) {
    let transcript = Transcript::of(input, input.len().max(1));
    for line in transcript.replies.split_inclusive("\r\n") {
        let (code, text) = line.split_at_checked(3).expect("a code");
        assert!(code.parse().is_ok_and(|code| (200..600).contains(&code)), "{line:?}");
        let text = text.strip_suffix("\r\n").expect("a whole line");
        assert!(text.starts_with([' ', '-']), "{line:?}");
        assert!(!text.contains(|c: char| c.is_ascii_control()), "{line:?}");
    }
    // The line before an empty message is the DATA command, which a bare line feed may end too.
    let is_end = |bytes: &&[u8]| matches!(bytes, [b'\r' | b'a' | b'A' | b' ', b'\n', b'.', b'\r', b'\n']);
    let ends = input.windows(5).filter(is_end).count();
    let stored = transcript.messages.len();
    assert!(stored <= ends, "{stored} messages, {ends} end markers");
    for chunk in [1, 7] {
        assert_eq!(Transcript::of(input, chunk), transcript, "{chunk} bytes at a time");
    }
}

#[derive(Debug, PartialEq)]
struct Transcript {
    replies: String,
    messages: Vec<Vec<u8>>,
}

impl Transcript {
    /// Sends the input in chunks of this size and closes the connection. The clock is paused, so a delay takes no time.
    fn of(input: &[u8], chunk: usize) -> Self {
        let (mut client, server) = duplex(64 * 1024);
        let config = Config {
            starttls: false,
            ..Config::default()
        };
        let (mailbox, _, session) = session(server, config);
        let client = async {
            let (mut reader, mut writer) = tokio::io::split(&mut client);
            let send = async {
                for bytes in input.chunks(chunk) {
                    // The session may have ended already.
                    let _ = writer.write_all(bytes).await;
                    tokio::task::yield_now().await;
                }
                let _ = writer.shutdown().await;
            };
            let mut replies = Vec::new();
            let (read, ()) = tokio::join!(reader.read_to_end(&mut replies), send);
            read.expect("reading from memory succeeds");
            String::from_utf8(replies).expect("replies are UTF-8")
        };
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
        let (replies, ()) = runtime
            .expect("a runtime")
            .block_on(async { tokio::join!(client, session) });
        let messages = mailbox.messages().iter().map(|message| message.raw.clone()).collect();
        Self { replies, messages }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const DELIMITERS: [&str; 10] = ["<", ">", "\"", "\\", "@", ":", "\r", "\n", "\0", " "];

    const SMTP_PIECES: &[&str] = &[
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
        "\r\n",
        "\r\n.\r\n",
        "\n.\n",
        "\r.\r",
        "..",
    ];

    const MESSAGE_PIECES: &[&str] = &[
        "Subject: Your code is 4466\r\n",
        "Subject: =?utf-8?B?",
        "=?utf-8?Q?=C3=BC?=",
        "To: a <a@b>, ,;:\r\n",
        "Content-Type: multipart/mixed; boundary=a\r\n",
        "Content-Type: multipart/alternative; boundary=\"\"\r\n",
        "Content-Type: text/html; charset=utf-16\r\n",
        "Content-Type: text/plain; charset=x\r\n",
        "Content-Type: text/plain; charset=iso-2022-jp\r\n",
        "Content-Type: text/html; charset=gb18030\r\n",
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
        "<div hidden>",
        "code: \u{8a8d}A1-B2\u{200b} 4 4 6 6",
        "\x1b$B",
        "&#1;&amp",
        "<!--",
        "=\r\n",
        "=FF",
        "\u{fc}",
        "\u{661}\u{662}\u{663}\u{664}",
        "\0",
        "..",
    ];

    fn pieces(pieces: &[&'static str], length: usize) -> impl Strategy<Value = String> {
        vec(select([pieces, &DELIMITERS].concat()), 0..length).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn arbitrary_bytes(input in vec(any::<u8>(), 0..200)) {
            smtp(&input);
        }

        #[test]
        fn commands_in_any_order(input in pieces(SMTP_PIECES, 40)) {
            smtp(input.as_bytes());
        }

        #[test]
        fn arbitrary_message(head in pieces(MESSAGE_PIECES, 12), body in pieces(MESSAGE_PIECES, 30)) {
            let begin = "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n";
            smtp(format!("{begin}{head}\r\n{body}\r\n.\r\n").as_bytes());
        }
    }
}
