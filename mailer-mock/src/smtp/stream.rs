use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::data::DataDecoder;
use super::limits::{IDLE_TIMEOUT, MAX_EXCESS, MAX_LINE, MAX_MESSAGE_SIZE};
use super::reply::SmtpReply;
use crate::tls::Tls;

/// Bytes read at a time.
const CHUNK: usize = 16 * 1024;

/// A connection, in plain text or with TLS.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Connection for C {}

/// Reads command lines and messages from a connection, and writes replies to it.
///
/// Replies are buffered until more input is needed. So a client that pipelines commands (RFC 2920) gets the replies
/// together, in order, and any other client gets each reply at once.
pub(super) struct SmtpStream {
    connection: Box<dyn Connection>,
    pub(super) is_tls: bool,
    input: Vec<u8>,
    output: Vec<u8>,
}

/// A command line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its line break.
    Complete(Vec<u8>),
    /// Longer than allowed, and skipped to its end.
    TooLong,
}

/// Why a connection ends.
#[derive(Debug)]
pub(super) enum Disconnect {
    /// The client closed the connection, or it failed.
    ByClient,
    /// After QUIT, a 421, or a fault.
    ByServer,
    /// The client sent nothing for too long.
    Idle,
    /// A message exceeded its limit by more than [`MAX_EXCESS`].
    MessageTooLong,
}

impl From<io::Error> for Disconnect {
    fn from(_: io::Error) -> Self {
        Self::ByClient
    }
}

impl SmtpStream {
    pub(super) fn new(connection: impl Connection + 'static) -> Self {
        Self {
            connection: Box::new(connection),
            is_tls: false,
            input: Vec::new(),
            output: Vec::new(),
        }
    }

    /// The next command line. A bare line feed ends it too, for people who type in a terminal. In the content of a
    /// message, where this would be unsafe, it does not.
    pub(super) async fn read_line(&mut self) -> Result<Line, Disconnect> {
        let mut too_long = false;
        loop {
            if let Some(end) = self.input.iter().position(|&byte| byte == b'\n') {
                let mut line: Vec<u8> = self.input.drain(..=end).collect();
                line.pop();
                line.pop_if(|byte| *byte == b'\r');
                return Ok(if too_long || line.len() > MAX_LINE {
                    Line::TooLong
                } else {
                    Line::Complete(line)
                });
            }
            if self.input.len() > MAX_LINE {
                too_long = true;
                self.input.clear();
            }
            self.fill().await?;
        }
    }

    /// The content of a message; `None` if it is too large.
    pub(super) async fn read_data(&mut self) -> Result<Option<Vec<u8>>, Disconnect> {
        let mut decoder = DataDecoder::new(MAX_MESSAGE_SIZE);
        let mut left = MAX_MESSAGE_SIZE + MAX_EXCESS;
        loop {
            if let Some(end) = decoder.decode(&self.input) {
                self.input.drain(..end);
                return Ok(decoder.finish());
            }
            left = left.checked_sub(self.input.len()).ok_or(Disconnect::MessageTooLong)?;
            self.input.clear();
            self.fill().await?;
        }
    }

    /// Sends the buffered replies and switches to TLS. After a failed handshake the connection is closed.
    pub(super) async fn start_tls(&mut self, tls: &Tls) -> Result<(), Disconnect> {
        self.flush().await?;
        // Discard plain text after STARTTLS: an attacker may have injected it, and it must not count as sent inside TLS
        // (RFC 3207, section 4; CVE-2011-0411).
        self.input.clear();
        let plain = std::mem::replace(&mut self.connection, Box::new(tokio::io::empty()));
        let handshake = timeout(IDLE_TIMEOUT, tls.acceptor.accept(plain)).await;
        let encrypted = handshake.map_err(|_| Disconnect::ByClient)?.inspect_err(|error| {
            tracing::warn!(
                "TLS handshake failed ({error}): make the client trust the certificate at /api/v1/certificate, or start \
                 with --no-starttls"
            );
        })?;
        self.connection = Box::new(encrypted);
        self.is_tls = true;
        Ok(())
    }

    pub(super) fn reply(&mut self, reply: &SmtpReply) {
        reply.write(&mut self.output);
    }

    pub(super) async fn flush(&mut self) -> Result<(), Disconnect> {
        let send = async {
            self.connection.write_all(&self.output).await?;
            self.connection.flush().await
        };
        timeout(IDLE_TIMEOUT, send).await.map_err(|_| Disconnect::ByClient)??;
        self.output.clear();
        Ok(())
    }

    /// Sends the buffered replies and closes the connection.
    pub(super) async fn close(&mut self) {
        if self.flush().await.is_ok() {
            let _ = self.connection.shutdown().await;
        }
    }

    async fn fill(&mut self) -> Result<(), Disconnect> {
        self.flush().await?;
        self.input.reserve(CHUNK);
        let read = self.connection.read_buf(&mut self.input);
        match timeout(IDLE_TIMEOUT, read).await.map_err(|_| Disconnect::Idle)?? {
            0 => Err(Disconnect::ByClient),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    #[tokio::test]
    async fn an_endless_line_is_not_buffered() -> io::Result<()> {
        let (mut client, server) = duplex(1_000_000);
        client.write_all(&vec![b'x'; 500_000]).await?;
        client.write_all(b"\nNOOP\n").await?;
        let mut stream = SmtpStream::new(server);
        assert_eq!(stream.read_line().await.ok(), Some(Line::TooLong));
        assert!(stream.input.capacity() < 100_000, "{}", stream.input.capacity());
        assert_eq!(stream.read_line().await.ok(), Some(Line::Complete(b"NOOP".to_vec())));
        Ok(())
    }
}
