use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http_server::Activity;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, join};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;

/// Turns off delayed acknowledgements on a TCP connection.
///
/// Linux delays acknowledgements by up to 40 ms. A client that leaves Nagle's algorithm on, as lettre does, sends the
/// end of a message only after the start is acknowledged, so each message would take those 40 ms. `TCP_QUICKACK` turns
/// the delay off and sends a pending acknowledgement. The kernel leaves that mode by itself, so it is set before each
/// read.
///
/// What has been read restarts the time for which the client has sent nothing.
pub(super) fn quick_ack(stream: TcpStream, activity: Activity) -> impl AsyncRead + AsyncWrite {
    let (reader, writer) = stream.into_split();
    join(QuickAckReader(reader, activity), writer)
}

struct QuickAckReader(OwnedReadHalf, Activity);

impl AsyncRead for QuickAckReader {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        // If it fails, delivery is slower and otherwise the same.
        #[cfg(target_os = "linux")]
        let _ = rustix::net::sockopt::set_tcp_quickack(self.0.as_ref(), true);
        let read = ready!(Pin::new(&mut self.0).poll_read(cx, buf));
        self.1.waiting();
        Poll::Ready(read)
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
        let (reader, _writer) = listener.accept().await?.0.into_split();
        let mut reader = QuickAckReader(reader, Activity::default());
        for _ in 0..3 {
            set_tcp_quickack(reader.0.as_ref(), false)?;
            client.write_all(b"x").await?;
            assert_eq!(reader.read_u8().await?, b'x');
            assert!(tcp_quickack(reader.0.as_ref())?);
        }
        Ok(())
    }
}
