//! The body of a request, as the server of its connection sees it.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use crate::connections::Activity;

/// A body that tells when its connection waits for more of it: a client that sends it slowly, or never, can be
/// displaced by another one.
pub(crate) struct WatchedBody {
    body: Incoming,
    activity: Activity,
}

impl WatchedBody {
    pub(crate) fn new(body: Incoming, activity: Activity) -> Self {
        if body.is_end_stream() {
            activity.busy();
        } else {
            activity.waiting();
        }
        Self { body, activity }
    }
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.activity.busy();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for WatchedBody {
    fn drop(&mut self) {
        self.activity.busy();
    }
}
