use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::channel::Channel;
use super::data::DataReader;
use super::reply::Reply;
use super::{IDLE, MAX_EXCESS, MAX_LINE, MAX_MAIL};
use crate::tls::Tls;

/// How much is read at a time.
const CHUNK: usize = 16 * 1024;

/// A connection as lines in and replies out.
///
/// Replies are gathered and sent together before it waits for more input: to a client that sends one command at a time
/// that is at once, and one that sends many together (RFC 2920) gets its replies together, in their order.
#[derive(Debug)]
pub(super) struct Wire<S> {
    stream: Channel<S>,
    input: Vec<u8>,
    output: Vec<u8>,
}

/// A command line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its line break.
    Whole(Vec<u8>),
    /// It was longer than allowed, and has been skipped to its end.
    TooLong,
}

/// Why a session is over.
#[derive(Debug)]
pub(super) enum Ended {
    /// The client closed the connection, or it broke.
    Gone,
    /// The client kept silent for too long.
    Idle,
    /// A mail was so much too large that its end was not waited for.
    Endless,
    /// This side has said, or played, its last.
    Closed,
}

impl From<io::Error> for Ended {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream: Channel::Plain(stream),
            input: Vec::new(),
            output: Vec::new(),
        }
    }

    /// The next command line. A line feed alone ends one too, for people at a terminal; in the content of a mail,
    /// where it would matter, it does not.
    pub(super) async fn line(&mut self) -> Result<Line, Ended> {
        let mut too_long = false;
        loop {
            if let Some(end) = self.input.iter().position(|&byte| byte == b'\n') {
                let mut line: Vec<u8> = self.input.drain(..=end).collect();
                line.pop();
                line.pop_if(|byte| *byte == b'\r');
                return Ok(if too_long || line.len() > MAX_LINE {
                    Line::TooLong
                } else {
                    Line::Whole(line)
                });
            }
            if self.input.len() > MAX_LINE {
                too_long = true;
                self.input.clear();
            }
            self.fill().await?;
        }
    }

    /// The content of a mail, or none when it was too large.
    pub(super) async fn data(&mut self) -> Result<Option<Vec<u8>>, Ended> {
        let mut reader = DataReader::new(MAX_MAIL);
        let mut patience = MAX_MAIL + MAX_EXCESS;
        loop {
            if let Some(end) = reader.take(&self.input) {
                self.input.drain(..end);
                return Ok(reader.finish());
            }
            patience = patience.checked_sub(self.input.len()).ok_or(Ended::Endless)?;
            self.input.clear();
            self.fill().await?;
        }
    }

    pub(super) fn is_secure(&self) -> bool {
        self.stream.is_secure()
    }

    /// Sends what is left, and speaks TLS from here on.
    pub(super) async fn start_tls(&mut self, tls: &Tls) -> Result<(), Ended> {
        self.flush().await?;
        // What came in plain text behind STARTTLS may be from somebody else, and would be taken for the client's own
        // words inside TLS (RFC 3207, section 4; CVE-2011-0411).
        self.input.clear();
        let upgrade = self.stream.upgrade(tls);
        let upgraded = timeout(IDLE, upgrade).await.map_err(|_| Ended::Gone)?;
        upgraded.map_err(|error| {
            tracing::warn!(
                "a client broke off its TLS handshake ({error}): let it trust the certificate, which \
                 /api/v1/certificate shows, or start without STARTTLS"
            );
            Ended::Gone
        })
    }

    pub(super) fn reply(&mut self, reply: &Reply) {
        reply.write(&mut self.output);
    }

    pub(super) async fn flush(&mut self) -> Result<(), Ended> {
        let send = async {
            self.stream.write_all(&self.output).await?;
            self.stream.flush().await
        };
        timeout(IDLE, send).await.map_err(|_| Ended::Gone)??;
        self.output.clear();
        Ok(())
    }

    /// Sends what is left, and closes this side of the connection.
    pub(super) async fn close(&mut self) {
        if self.flush().await.is_ok() {
            let _ = self.stream.shutdown().await;
        }
    }

    async fn fill(&mut self) -> Result<(), Ended> {
        self.flush().await?;
        self.input.reserve(CHUNK);
        let read = self.stream.read_buf(&mut self.input);
        match timeout(IDLE, read).await.map_err(|_| Ended::Idle)?? {
            0 => Err(Ended::Gone),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    #[tokio::test]
    async fn a_line_without_end_is_not_kept() -> io::Result<()> {
        let (mut client, server) = duplex(1_000_000);
        client.write_all(&vec![b'x'; 500_000]).await?;
        client.write_all(b"\nNOOP\n").await?;
        let mut wire = Wire::new(server);
        assert_eq!(wire.line().await.ok(), Some(Line::TooLong));
        assert!(wire.input.capacity() < 100_000, "{}", wire.input.capacity());
        assert_eq!(wire.line().await.ok(), Some(Line::Whole(b"NOOP".to_vec())));
        Ok(())
    }
}
