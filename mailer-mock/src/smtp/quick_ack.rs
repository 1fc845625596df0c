use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A TCP connection without delayed acknowledgements.
///
/// Linux delays acknowledgements by up to 40 ms. A client that leaves Nagle's algorithm on, as lettre does, sends the
/// end of a message only after the start is acknowledged, so each message would take those 40 ms. `TCP_QUICKACK` turns
/// the delay off and sends a pending acknowledgement. The kernel leaves that mode by itself, so it is set before each
/// read.
#[derive(Debug)]
pub(super) struct QuickAck {
    stream: TcpStream,
}

impl QuickAck {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream }
    }

    #[cfg(target_os = "linux")]
    fn set_quick_ack(&self) {
        // If it fails, delivery is slower and otherwise the same.
        let _ = rustix::net::sockopt::set_tcp_quickack(&self.stream, true);
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "only Linux has the option")]
    fn set_quick_ack(&self) {}
}

impl AsyncRead for QuickAck {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.set_quick_ack();
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for QuickAck {
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
    async fn every_read_sets_quick_ack() -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut client = TcpStream::connect(listener.local_addr()?).await?;
        let mut stream = QuickAck::new(listener.accept().await?.0);
        for _ in 0..3 {
            set_tcp_quickack(&stream.stream, false)?;
            client.write_all(b"x").await?;
            assert_eq!(stream.read_u8().await?, b'x');
            assert!(tcp_quickack(&stream.stream)?);
        }
        Ok(())
    }
}
