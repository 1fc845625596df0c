//! What must hold of a dialogue, whatever the client sends: see `crate::fuzzing`.

use time::OffsetDateTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::runtime::Builder;

use super::session::Session;
use crate::{Faults, Mailbox};

/// Every reply is one (RFC 5321, section 4.2), no mail is there that did not end as one ends (section 4.1.1.4), and it
/// makes no difference how the network cuts what was sent.
///
/// # Panics
/// When not.
pub fn smtp(input: &[u8]) {
    let dialogue = Dialogue::hold(input, input.len().max(1));
    for line in dialogue.replies.split_inclusive("\r\n") {
        let (code, text) = line.split_at_checked(3).expect("a code");
        assert!(code.parse().is_ok_and(|code| (200..600).contains(&code)), "{line:?}");
        let text = text.strip_suffix("\r\n").expect("a whole line");
        assert!(text.starts_with([' ', '-']), "{line:?}");
        assert!(!text.contains(|c: char| c.is_ascii_control()), "{line:?}");
    }
    // The line before an empty mail is the command, which a bare line feed may end too.
    let is_end = |bytes: &&[u8]| matches!(bytes, [b'\r' | b'a' | b'A' | b' ', b'\n', b'.', b'\r', b'\n']);
    let ends = input.windows(5).filter(is_end).count();
    assert!(dialogue.mails.len() <= ends, "{} of {ends}", dialogue.mails.len());
    for bytes in [1, 7] {
        assert_eq!(Dialogue::hold(input, bytes), dialogue, "{bytes} bytes at a time");
    }
}

#[derive(Debug, PartialEq)]
struct Dialogue {
    replies: String,
    mails: Vec<Vec<u8>>,
}

impl Dialogue {
    /// Sends so many bytes at a time, and hangs up. The clock stands still, but for when everyone waits.
    fn hold(input: &[u8], bytes: usize) -> Self {
        let mailbox = Mailbox::new(|| OffsetDateTime::UNIX_EPOCH);
        let (mut client, server) = duplex(64 * 1024);
        let session = Session::new(server, mailbox.clone(), Faults::default());
        let client = async {
            let (mut reading, mut writing) = tokio::io::split(&mut client);
            let sending = async {
                for chunk in input.chunks(bytes) {
                    // The session may well have ended the dialogue already.
                    let _ = writing.write_all(chunk).await;
                    tokio::task::yield_now().await;
                }
                let _ = writing.shutdown().await;
            };
            let mut replies = Vec::new();
            let (read, ()) = tokio::join!(reading.read_to_end(&mut replies), sending);
            read.expect("memory can be read");
            String::from_utf8(replies).expect("replies are text")
        };
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
        let (replies, ()) = runtime
            .expect("a runtime")
            .block_on(async { tokio::join!(client, session.run()) });
        let mails = mailbox.messages().iter().map(|mail| mail.raw.clone()).collect();
        Self { replies, mails }
    }
}
