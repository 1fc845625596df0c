//! Tells the worker of this process that there is an email.

use std::sync::Arc;

use tokio::sync::Notify;

/// Wakes the worker of this process.
#[derive(Clone, Debug, Default)]
pub struct OutboxSignal(Arc<Notify>);

impl OutboxSignal {
    /// Call it after a transaction that enqueued an email has committed.
    pub fn notify(&self) {
        self.0.notify_one();
    }

    pub(in crate::mail) async fn notified(&self) {
        self.0.notified().await;
    }
}
