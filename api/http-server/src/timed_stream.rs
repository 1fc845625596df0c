use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use crate::connection_state::{ConnectionState, SharedState};
use crate::limits::Limits;

/// A stream that fails with [`io::ErrorKind::TimedOut`] when its client exceeds a time limit.
///
/// hyper has one timer for an idle connection and for a slow head. These need different limits, so they are measured
/// here, where the bytes pass.
pub(crate) struct TimedStream {
    stream: TcpStream,
    limits: Limits,
    state: Arc<SharedState>,
    /// When the client must have sent something. It does not run while the server responds.
    read_deadline: Pin<Box<Sleep>>,
    /// The state that `read_deadline` was set for.
    read_deadline_state: ConnectionState,
    /// When the client must have read something. It runs only while the stream cannot be written to.
    write_deadline: Option<Pin<Box<Sleep>>>,
}

impl TimedStream {
    pub(crate) fn new(stream: TcpStream, limits: Limits, state: Arc<SharedState>) -> Self {
        Self {
            stream,
            limits,
            read_deadline: Box::pin(tokio::time::sleep(limits.head_timeout)),
            read_deadline_state: state.load(),
            write_deadline: None,
            state,
        }
    }

    fn restart_read_deadline(&mut self, state: ConnectionState) {
        let timeout = match state {
            ConnectionState::Idle => self.limits.idle_timeout,
            _ => self.limits.head_timeout,
        };
        self.read_deadline_state = state;
        self.read_deadline.as_mut().reset(Instant::now() + timeout);
    }

    fn poll_read_deadline(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let state = self.state.load();
        if state == ConnectionState::Responding {
            self.read_deadline_state = state;
            return Poll::Pending;
        }
        if state != self.read_deadline_state {
            self.restart_read_deadline(state);
        }
        ready!(self.read_deadline.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn poll_write_deadline(&mut self, cx: &mut Context<'_>, write: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if write.is_pending() {
            let timeout = self.limits.write_timeout;
            if self.write_deadline.is_none() {
                self.state.write_blocked();
            }
            let deadline = self
                .write_deadline
                .get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
            ready!(deadline.as_mut().poll(cx));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        if self.write_deadline.take().is_some() {
            self.state.write_unblocked();
        }
        if self.state.load() == ConnectionState::Idle {
            // hyper polled for the next request while the server responded, and polls again only after a wake-up. So
            // the idle deadline has to be registered here.
            self.restart_read_deadline(ConnectionState::Idle);
            let _ = self.read_deadline.as_mut().poll(cx);
        }
        write
    }
}

impl AsyncRead for TimedStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let filled = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_pending() {
            return self.poll_read_deadline(cx);
        }
        if buffer.filled().len() > filled && self.state.load() == ConnectionState::Idle {
            self.state.store(ConnectionState::ReadingHead);
            self.restart_read_deadline(ConnectionState::ReadingHead);
        }
        read
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.poll_write_deadline(cx, write)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.poll_write_deadline(cx, write)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
