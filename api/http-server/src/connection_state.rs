use std::sync::Arc;

use crossbeam_utils::atomic::AtomicCell;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionState {
    /// The connection is new, or a part of a request's head has arrived.
    ReadingHead,
    /// The request is handled, or its response is sent.
    Responding,
    /// The response was sent, and the next request has not begun.
    Idle,
}

/// The state that the two ends of a connection share: the service sees requests and responses, `TimedStream` sees bytes.
pub(crate) type SharedState = Arc<AtomicCell<ConnectionState>>;
