use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::log_line::log_line;
use crate::message::{Envelope, Message};
use crate::store::{Counts, MessageStore, Update};

const MAX_MESSAGES: usize = 1_000;
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The received messages, in memory: the newest 1,000 that fit into 64 MiB.
///
/// Clones share the same messages.
#[derive(Clone, Debug)]
pub struct Mailbox {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    store: Mutex<MessageStore>,
    /// Notified when a message arrives or is deleted.
    changes: watch::Sender<()>,
    clock: Clock,
}

impl Mailbox {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            shared: Arc::new(Shared {
                store: Mutex::new(MessageStore::new(MAX_MESSAGES, MAX_BYTES)),
                changes: watch::Sender::new(()),
                clock,
            }),
        }
    }

    /// All messages, newest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Arc<Message>> {
        self.store().newest_first().cloned().collect()
    }

    /// All messages to `address`, newest first.
    ///
    /// Compares the recipients in the envelope (`RCPT TO`), not those in the header, ignoring case.
    #[must_use]
    pub fn messages_to(&self, address: &str) -> Vec<Arc<Message>> {
        let to_address = |message: &&Arc<Message>| message.is_to(address);
        self.store().newest_first().filter(to_address).cloned().collect()
    }

    /// The message with this id.
    #[must_use]
    pub fn message(&self, id: &str) -> Option<Arc<Message>> {
        self.store().newest_first().find(|m| m.id == id).cloned()
    }

    /// Waits for a message to `address`. Returns `None` after `timeout`.
    ///
    /// With `after`, the id of a message, returns the first message that arrived after that one, or waits for it. Pass
    /// the id of the last result each time to get every message exactly once. Without `after`, returns the newest
    /// message, or waits for the first one. Addresses are compared as in [`messages_to`](Self::messages_to).
    pub async fn wait_for(&self, address: &str, after: Option<&str>, timeout: Duration) -> Option<Arc<Message>> {
        // Subscribe before the first look, so that no message is missed in between.
        let mut changes = self.changes();
        let wait = async {
            loop {
                if let Some(message) = self.first_to(address, after) {
                    return Some(message);
                }
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(timeout, wait).await.ok().flatten()
    }

    /// Deletes all messages. Their ids are not used again.
    pub fn clear(&self) {
        self.store().clear();
        self.shared.changes.send_replace(());
    }

    /// Deletes the messages with these ids. Unknown ids are ignored.
    pub fn delete(&self, ids: &[String]) {
        self.store().remove(|message| ids.contains(&message.id));
        self.shared.changes.send_replace(());
    }

    /// Notifies when a message arrives or is deleted.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.shared.changes.subscribe()
    }

    /// What changed after the message with this id, read at one instant.
    pub(crate) fn update_since(&self, id: &str) -> Update {
        self.store().update_since(id)
    }

    pub(crate) fn counts(&self) -> Counts {
        self.store().counts()
    }

    /// Parses a message, logs it, stores it, and notifies the readers.
    pub(crate) fn deliver(&self, envelope: Envelope, raw: Vec<u8>) -> Arc<Message> {
        let message = Message::parse(envelope, raw, (self.shared.clock)());
        tracing::info!("{}", log_line(&message));
        let message = self.store().push(message);
        self.shared.changes.send_replace(());
        message
    }

    fn first_to(&self, address: &str, after: Option<&str>) -> Option<Arc<Message>> {
        let store = self.store();
        match after {
            None => store.newest_first().find(|m| m.is_to(address)).cloned(),
            Some(id) => store.newer_than(id).find(|m| m.is_to(address)).cloned(),
        }
    }

    fn store(&self) -> MutexGuard<'_, MessageStore> {
        // No code panics while the store is half changed, so a poisoned lock is safe to use.
        self.shared.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
