use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::Message;
use crate::clock::Clock;
use crate::log_line::log_line;
use crate::message::Envelope;
use crate::ring::Ring;

const MAX_MESSAGES: usize = 1_000;
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The mails that were received, in memory: the newest 1,000, and of those as many as fit into 64 MiB.
///
/// Clones share one mailbox.
#[derive(Clone, Debug)]
pub struct Mailbox {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    ring: Mutex<Ring>,
    /// Tells who waits that something came or was deleted.
    changes: watch::Sender<()>,
    clock: Clock,
}

/// What a reader who has seen everything up to some mail does not know yet.
#[derive(Debug)]
pub(crate) struct News {
    pub(crate) mail: Option<Arc<Message>>,
    pub(crate) deletions: u64,
    pub(crate) total: usize,
    pub(crate) last_id: String,
}

#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) received: u64,
    pub(crate) kept: usize,
    pub(crate) bytes: usize,
}

impl Mailbox {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            shared: Arc::new(Shared {
                ring: Mutex::new(Ring::new(MAX_MESSAGES, MAX_BYTES)),
                changes: watch::Sender::new(()),
                clock,
            }),
        }
    }

    /// Every mail that is kept, newest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Arc<Message>> {
        self.ring().newest_first().cloned().collect()
    }

    /// Every mail that is kept and was sent to `address`, newest first.
    ///
    /// It is the address on the envelope (`RCPT TO`) that counts, not the one in the header, in any case.
    #[must_use]
    pub fn messages_to(&self, address: &str) -> Vec<Arc<Message>> {
        let to_address = |message: &&Arc<Message>| message.is_to(address);
        self.ring().newest_first().filter(to_address).cloned().collect()
    }

    /// The mail with this id, while it is kept.
    #[must_use]
    pub fn message(&self, id: &str) -> Option<Arc<Message>> {
        self.ring().newest_first().find(|m| m.id == id).cloned()
    }

    /// Waits for a mail to `address`, at most for `timeout`; `None` when none came in time.
    ///
    /// With `after`, the id of a mail, it is the first one that came later than that mail, whether it is there
    /// already or not: passing the id of the last answer each time misses no mail and gives none twice. Without, a
    /// mail that is there already counts, and of several the newest. Addresses are compared as in
    /// [`messages_to`](Self::messages_to).
    pub async fn wait_for(&self, address: &str, after: Option<&str>, timeout: Duration) -> Option<Arc<Message>> {
        // Subscribed before the first look, so that no mail slips in between.
        let mut changes = self.changes();
        let wait = async {
            loop {
                if let Some(message) = self.pick(address, after) {
                    return Some(message);
                }
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(timeout, wait).await.ok().flatten()
    }

    /// Empties the mailbox. Ids are not given again.
    pub fn clear(&self) {
        self.ring().clear();
        self.shared.changes.send_replace(());
    }

    /// Deletes the mails with these ids; those that are not there are passed over.
    pub fn delete(&self, ids: &[String]) {
        self.ring().remove(|message| ids.contains(&message.id));
        self.shared.changes.send_replace(());
    }

    /// Says when to look again.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.shared.changes.subscribe()
    }

    /// The first mail later than `after`, how often mails were deleted, and how many there are, all at one moment.
    pub(crate) fn news(&self, after: &str) -> News {
        let ring = self.ring();
        News {
            mail: ring.later_than(after).next().cloned(),
            deletions: ring.deletions(),
            total: ring.len(),
            last_id: ring.last_id(),
        }
    }

    /// How much was received, is kept, and how many bytes that takes.
    pub(crate) fn counts(&self) -> Counts {
        let ring = self.ring();
        Counts {
            received: ring.received(),
            kept: ring.len(),
            bytes: ring.bytes(),
        }
    }

    /// Reads a mail, logs its line, keeps it, and wakes who waits for it.
    pub(crate) fn deliver(&self, envelope: Envelope, raw: Vec<u8>) -> Arc<Message> {
        let message = Message::read(envelope, raw, (self.shared.clock)());
        tracing::info!("{}", log_line(&message));
        let message = self.ring().push(message);
        self.shared.changes.send_replace(());
        message
    }

    fn pick(&self, address: &str, after: Option<&str>) -> Option<Arc<Message>> {
        let ring = self.ring();
        match after {
            None => ring.newest_first().find(|m| m.is_to(address)).cloned(),
            Some(id) => ring.later_than(id).find(|m| m.is_to(address)).cloned(),
        }
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        // No code that holds the lock can leave the ring half changed, so a panic elsewhere does not spoil it.
        self.shared.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
