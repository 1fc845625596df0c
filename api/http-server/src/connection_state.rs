use std::sync::Arc;

use crossbeam_utils::atomic::AtomicCell;

use crate::connections::Activity;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionState {
    /// No head of a request has arrived yet, or only a part of the first one.
    New,
    /// A part of a later head has arrived.
    ReadingHead,
    /// The request is handled, or its response is sent.
    Responding,
    /// The response was sent, and the next request has not begun.
    Idle,
}

/// The state that the two ends of a connection share: the service sees requests and responses, `TimedStream` sees
/// bytes.
pub(crate) struct SharedState {
    state: AtomicCell<ConnectionState>,
    activity: Activity,
}

impl SharedState {
    pub(crate) fn new(activity: Activity) -> Arc<Self> {
        Arc::new(Self {
            state: AtomicCell::new(ConnectionState::New),
            activity,
        })
    }

    pub(crate) fn load(&self) -> ConnectionState {
        self.state.load()
    }

    pub(crate) fn store(&self, state: ConnectionState) {
        self.state.store(state);
        if state == ConnectionState::Idle {
            self.activity.waiting();
        }
    }

    /// The client does not read its response.
    pub(crate) fn write_blocked(&self) {
        self.activity.waiting();
    }

    /// The client reads its response again.
    pub(crate) fn write_unblocked(&self) {
        if self.load() == ConnectionState::Responding {
            self.activity.busy();
        }
    }
}
