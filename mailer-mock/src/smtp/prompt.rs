use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A TCP connection whose received segments are acknowledged at once.
///
/// Linux delays acknowledgements by up to 40 ms. A client that leaves Nagle's algorithm on, as lettre does, sends the
/// end of a mail only after the beginning was acknowledged, so each mail would take those 40 ms. `TCP_QUICKACK` ends
/// the delay, and sends an acknowledgement that is being held back; the kernel drops out of that mode by itself, so it
/// is set again before each read.
#[derive(Debug)]
pub(super) struct Prompt {
    stream: TcpStream,
}

impl Prompt {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream }
    }

    #[cfg(target_os = "linux")]
    fn acknowledge_at_once(&self) {
        // When it fails, mail is slower, and otherwise the same.
        let _ = rustix::net::sockopt::set_tcp_quickack(&self.stream, true);
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "only Linux has the option")]
    fn acknowledge_at_once(&self) {}
}

impl AsyncRead for Prompt {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.acknowledge_at_once();
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Prompt {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::net::sockopt::{set_tcp_quickack, tcp_quickack};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn acknowledges_at_once_whenever_it_reads() -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut client = TcpStream::connect(listener.local_addr()?).await?;
        let mut prompt = Prompt::new(listener.accept().await?.0);
        for _ in 0..3 {
            set_tcp_quickack(&prompt.stream, false)?;
            client.write_all(b"x").await?;
            assert_eq!(prompt.read_u8().await?, b'x');
            assert!(tcp_quickack(&prompt.stream)?);
        }
        Ok(())
    }
}
