use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ConnectionState {
    /// No byte has arrived yet.
    New,
    /// A part of a request's head has arrived.
    ReadingHead,
    /// The request is handled, or its response is sent.
    Responding,
    /// The response was sent, and the next request has not begun.
    Idle,
}

/// The state that the two ends of a connection share: `ConnectionService` sees requests and responses, `TimedStream`
/// sees bytes.
#[derive(Clone)]
pub(crate) struct SharedState(Arc<AtomicU8>);

impl SharedState {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicU8::new(ConnectionState::New as u8)))
    }

    pub(crate) fn get(&self) -> ConnectionState {
        const ALL: [ConnectionState; 4] = [
            ConnectionState::New,
            ConnectionState::ReadingHead,
            ConnectionState::Responding,
            ConnectionState::Idle,
        ];
        ALL[usize::from(self.0.load(Ordering::Relaxed))]
    }

    pub(crate) fn set(&self, state: ConnectionState) {
        self.0.store(state as u8, Ordering::Relaxed);
    }
}
