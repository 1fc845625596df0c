use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::log_line::log_line;
use crate::message::{Envelope, Message};
use crate::store::MessageStore;

const MAX_MESSAGES: usize = 1_000;
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The received messages, in memory: the newest 1,000 that fit into 64 MiB.
///
/// Clones share the same messages.
#[derive(Clone, Debug)]
pub struct Mailbox {
    store: watch::Sender<MessageStore>,
    clock: Clock,
}

impl Mailbox {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            store: watch::Sender::new(MessageStore::new(MAX_MESSAGES, MAX_BYTES)),
            clock,
        }
    }

    /// All messages, newest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Arc<Message>> {
        self.store.borrow().newest_first().cloned().collect()
    }

    /// All messages to `address`, newest first.
    ///
    /// Compares the recipients in the envelope (`RCPT TO`), not those in the header, ignoring case and quotes. An
    /// international domain has two spellings, which are equal.
    #[must_use]
    pub fn messages_to(&self, address: &str) -> Vec<Arc<Message>> {
        let to_address = |message: &&Arc<Message>| message.is_to(address);
        self.store.borrow().newest_first().filter(to_address).cloned().collect()
    }

    /// The message with this id.
    #[must_use]
    pub fn message(&self, id: &str) -> Option<Arc<Message>> {
        self.store.borrow().newest_first().find(|m| m.id == id).cloned()
    }

    /// Waits for a message to `address`. Returns `None` after `timeout`.
    ///
    /// With `after`, the id of a message, returns the first message that arrived after that one, or waits for it. Pass
    /// the id of the last result each time to get every message exactly once. Without `after`, returns the newest
    /// message, or waits for the first one. Addresses are compared as in [`messages_to`](Self::messages_to).
    pub async fn wait_for(&self, address: &str, after: Option<&str>, timeout: Duration) -> Option<Arc<Message>> {
        let mut store = self.store.subscribe();
        let has_message = store.wait_for(|store| store.first_to(address, after).is_some());
        let store = tokio::time::timeout(timeout, has_message).await.ok()?.ok()?;
        store.first_to(address, after).cloned()
    }

    /// Deletes all messages. Their ids are not used again.
    pub fn clear(&self) {
        self.delete_if(|_| true);
    }

    /// Deletes the messages with these ids. Unknown ids are ignored.
    pub fn delete(&self, ids: &[String]) {
        self.delete_if(|message| ids.contains(&message.id));
    }

    pub(crate) fn delete_if(&self, should_delete: impl Fn(&Message) -> bool) {
        self.store.send_modify(|store| store.remove(should_delete));
    }

    /// Marks messages as read or unread.
    pub(crate) fn mark(&self, should_mark: impl Fn(&Message) -> bool, read: bool) {
        self.store.send_modify(|store| store.mark(should_mark, read));
    }

    /// The store, and a notification when a message arrives or is deleted.
    pub(crate) fn subscribe(&self) -> watch::Receiver<MessageStore> {
        self.store.subscribe()
    }

    /// Parses a message, logs it, stores it, and notifies the readers. Returns the id.
    pub(crate) fn deliver(&self, envelope: Envelope, raw: Vec<u8>) -> String {
        let message = Message::parse(envelope, raw, (self.clock)());
        tracing::info!("{}", log_line(&message));
        let mut id = String::new();
        self.store.send_modify(|store| id.clone_from(&store.push(message).id));
        id
    }
}
