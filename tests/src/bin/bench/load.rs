//! The load: connections that each send the next request as soon as they have an answer. They share the processors with
//! the server, so they must cost little.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::meter::Stopwatch;
use crate::request::Request;
use ::tests::Outcome;

/// An open connection for one request at a time.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(server: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        let buffer = Vec::with_capacity(4096);
        Ok(Self { stream, buffer })
    }

    /// Sends a request and waits for the answer.
    ///
    /// # Errors
    /// When it is not the expected one: then the numbers are worthless.
    pub(crate) async fn ask(&mut self, request: &Request) -> Outcome<()> {
        self.stream.write_all(&request.bytes).await?;
        self.buffer.clear();
        let (status, body) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed the connection".into());
            }
            if let Some(answer) = parse(&self.buffer)? {
                break answer;
            }
        };
        if request.is_answered_by(status, body) {
            return Ok(());
        }
        Err(format!("{status}: {}", String::from_utf8_lossy(body)).into())
    }
}

/// Status and body; `None` while the answer is incomplete. It needs a `Content-Length`, which the server and the
/// ceilings always send.
fn parse(bytes: &[u8]) -> Outcome<Option<(u16, &[u8])>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(start) = head.parse(bytes)? else {
        return Ok(None);
    };
    let length = head
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length: usize = str::from_utf8(length.ok_or("no Content-Length")?.value)?.parse()?;
    let status = head.code.ok_or("no status")?;
    Ok(bytes.get(start..start + length).map(|body| (status, body)))
}

/// Open connections to one server.
pub(crate) struct Load(Vec<Connection>);

impl Load {
    pub(crate) async fn open(server: SocketAddr, connections: usize) -> Outcome<Self> {
        Ok(Self(
            try_join_all((0..connections).map(|_| Connection::open(server))).await?,
        ))
    }

    /// Sends requests until the limit, or until there are no more. Returns the number of answers and the time that they
    /// took, with those that were in flight at the end.
    pub(crate) async fn drive(
        &mut self,
        limit: Duration,
        next: impl FnMut() -> Option<Rc<Request>>,
    ) -> Outcome<(usize, Duration)> {
        let (next, answers) = (RefCell::new(next), Cell::new(0));
        let stopwatch = Stopwatch::start();
        let connections = self.0.iter_mut().map(async |connection| {
            while stopwatch.elapsed() < limit {
                let Some(request) = next.borrow_mut()() else {
                    break;
                };
                connection.ask(&request).await?;
                answers.set(answers.get() + 1);
            }
            Outcome::Ok(())
        });
        let driven = try_join_all(connections).await;
        driven.map_err(|error| format!("after {} correct answers: {error}", answers.get()))?;
        Ok((answers.get(), stopwatch.elapsed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answer_is_complete_with_its_body() {
        let whole = b"HTTP/1.1 503 Service Unavailable\r\nA: b\r\ncontent-length: 2\r\n\r\n{}";
        let answer = parse(whole).expect("an answer");
        assert_eq!(answer, Some((503, &b"{}"[..])));
        for length in [0, 20, whole.len() - 1] {
            assert_eq!(parse(&whole[..length]).expect("a part"), None, "{length}");
        }
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(parse(b"SSH-2.0\r\ncontent-length: 1\r\n\r\n").is_err());
    }
}
