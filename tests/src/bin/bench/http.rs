//! A minimal HTTP client. It shares the processors with the server, so it must cost little.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An open connection for one request at a time.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer in the buffer of its connection.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

/// The parsed head of an answer.
#[derive(Debug, PartialEq)]
struct Head {
    status: u16,
    length: usize,
    body: usize,
}

impl Connection {
    pub(crate) async fn open(server: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(4096),
        })
    }

    pub(crate) async fn ask(&mut self, request: &[u8]) -> io::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            self.read().await?;
            if let Some(head) = parse(&self.buffer)? {
                break head;
            }
        };
        while self.buffer.len() < head.body + head.length {
            self.read().await?;
        }
        Ok(Answer {
            status: head.status,
            body: &self.buffer[head.body..head.body + head.length],
        })
    }

    async fn read(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// Parses the head; `None` while it is incomplete. It requires a `Content-Length`, which the server and the ceilings always
/// send.
fn parse(bytes: &[u8]) -> io::Result<Option<Head>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let malformed = || {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "not an HTTP/1.1 answer with a Content-Length",
        )
    };
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| malformed())?;
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok());
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    let (Some(status), Some(length)) = (status, length) else {
        return Err(malformed());
    };
    let body = end + 4;
    Ok(Some(Head { status, length, body }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_has_status_and_length() {
        let whole = b"HTTP/1.1 503 Service Unavailable\r\nA: b\r\ncontent-length: 12\r\n\r\n{";
        let head = Head {
            status: 503,
            length: 12,
            body: 62,
        };
        assert_eq!(parse(whole).expect("a head"), Some(head));
        assert_eq!(parse(&whole[..60]).expect("an incomplete head"), None);
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(parse(b"SSH-2.0\r\ncontent-length: 1\r\n\r\n").is_err());
    }
}
