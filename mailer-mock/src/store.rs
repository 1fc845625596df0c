use std::collections::VecDeque;
use std::sync::Arc;

use crate::message::Message;

/// The newest messages, limited in number and in memory: beyond either limit the oldest is removed.
#[derive(Debug)]
pub(crate) struct MessageStore {
    /// Oldest first.
    messages: VecDeque<Arc<Message>>,
    pub(crate) bytes: usize,
    max_messages: usize,
    max_bytes: usize,
    last_id: u64,
    /// How many messages were ever added.
    pub(crate) received: u64,
    /// How many times messages were deleted on request.
    deletions: u64,
    /// How many times messages were marked as read or unread.
    marks: u64,
}

/// What changed since a reader last looked.
#[derive(Debug)]
pub(crate) struct Update {
    /// The first message that the reader has not seen.
    pub(crate) message: Option<Arc<Message>>,
    pub(crate) deletions: u64,
    pub(crate) marks: u64,
    pub(crate) total: usize,
    pub(crate) unread: usize,
    /// The id of the last message that was added; before the first one, an id that is lower than all others.
    pub(crate) last_id: String,
}

impl MessageStore {
    pub(crate) fn new(max_messages: usize, max_bytes: usize) -> Self {
        Self {
            messages: VecDeque::new(),
            bytes: 0,
            max_messages,
            max_bytes,
            last_id: 0,
            received: 0,
            deletions: 0,
            marks: 0,
        }
    }

    /// Adds a message and sets its id. The newest message always stays, even if it exceeds the memory limit alone.
    ///
    /// An id is the time of arrival in microseconds, or one more than the last id. So ids increase, also across
    /// restarts, and an id that a client remembers never names another message.
    pub(crate) fn push(&mut self, mut message: Message) -> Arc<Message> {
        let micros = message.created.unix_timestamp_nanos() / 1_000;
        self.last_id = (self.last_id + 1).max(u64::try_from(micros).unwrap_or(0));
        message.id = format_id(self.last_id);

        self.received += 1;
        let message = Arc::new(message);
        self.bytes += message.memory();
        self.messages.push_back(Arc::clone(&message));
        while self.messages.len() > 1 && (self.messages.len() > self.max_messages || self.bytes > self.max_bytes) {
            if let Some(oldest) = self.messages.pop_front() {
                self.bytes -= oldest.memory();
            }
        }
        message
    }

    pub(crate) fn remove(&mut self, should_remove: impl Fn(&Message) -> bool) {
        let before = self.messages.len();
        self.messages.retain(|message| !should_remove(message));
        self.bytes = self.messages.iter().map(|message| message.memory()).sum();
        self.deletions += u64::from(self.messages.len() < before);
    }

    /// Marks messages as read or unread.
    pub(crate) fn mark(&mut self, should_mark: impl Fn(&Message) -> bool, read: bool) {
        let mut marked = false;
        for message in &mut self.messages {
            if message.read != read && should_mark(message) {
                Arc::make_mut(message).read = read;
                marked = true;
            }
        }
        self.marks += u64::from(marked);
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Arc<Message>> {
        self.messages.iter().rev()
    }

    /// The messages after the one with this id, which may be deleted already, oldest first.
    fn newer_than(&self, id: &str) -> impl Iterator<Item = &Arc<Message>> {
        let first = self.messages.partition_point(|message| message.id.as_str() <= id);
        self.messages.range(first..)
    }

    /// The first message to `address` after the one with this id; without an id, the newest one to `address`.
    pub(crate) fn first_to(&self, address: &str, after: Option<&str>) -> Option<&Arc<Message>> {
        match after {
            None => self.newest_first().find(|message| message.is_to(address)),
            Some(id) => self.newer_than(id).find(|message| message.is_to(address)),
        }
    }

    /// What changed after the message with this id.
    pub(crate) fn update_since(&self, id: &str) -> Update {
        Update {
            message: self.newer_than(id).next().cloned(),
            deletions: self.deletions,
            marks: self.marks,
            total: self.messages.len(),
            unread: self.messages.iter().filter(|message| !message.read).count(),
            last_id: format_id(self.last_id),
        }
    }
}

/// Fixed width, so that ids sort as text in the order of arrival.
fn format_id(number: u64) -> String {
    format!("{number:014x}")
}

/// Whether the text has the form of an id.
pub(crate) fn is_id(text: &str) -> bool {
    u64::from_str_radix(text, 16).is_ok_and(|number| format_id(number) == text)
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::message::Envelope;

    fn message(size: usize) -> Message {
        Message::parse(Envelope::default(), vec![b'x'; size], OffsetDateTime::UNIX_EPOCH)
    }

    fn push(store: &mut MessageStore, size: usize, times: usize) -> Vec<String> {
        (0..times).map(|_| store.push(message(size)).id.clone()).collect()
    }

    fn kept(store: &MessageStore) -> Vec<&str> {
        store.newest_first().map(|message| message.id.as_str()).collect()
    }

    #[test]
    fn keeps_the_newest_messages_within_both_limits() {
        let one = message(1_000).memory();
        for (max_messages, max_bytes, expected) in [(3, usize::MAX, 3), (100, 3 * one, 3), (100, 10, 1)] {
            let mut store = MessageStore::new(max_messages, max_bytes);
            for _ in 0..2 {
                let newest: Vec<String> = push(&mut store, 1_000, 5).into_iter().rev().take(expected).collect();
                assert_eq!(kept(&store), newest, "{max_messages} messages, {max_bytes} bytes");
                store.remove(|_| true);
                assert_eq!(store.bytes, 0);
            }
        }
    }

    #[test]
    fn removing_frees_memory() {
        let mut store = MessageStore::new(100, usize::MAX);
        let ids = push(&mut store, 1_000, 4);
        store.remove(|message| ids[1..3].contains(&message.id));
        assert_eq!(kept(&store), [&ids[3], &ids[0]]);
        assert_eq!(store.bytes, 2 * store.newest_first().next().map_or(0, |m| m.memory()));
        assert_eq!((store.received, store.deletions), (4, 1));
        store.remove(|_| false);
        assert_eq!(store.deletions, 1, "nothing was removed");

        let later: Vec<&str> = store.newer_than(&ids[1]).map(|m| m.id.as_str()).collect();
        assert_eq!(later, [&ids[3]]);
        assert_eq!(store.newer_than(&ids[3]).count(), 0);
        assert_eq!(store.newer_than("").count(), 2);
    }

    #[test]
    fn marks_messages() {
        let mut store = MessageStore::new(100, usize::MAX);
        let first = store.push(message(1));
        store.push(message(1));
        for (read, unread, marks) in [(true, 1, 1), (true, 1, 1), (false, 2, 2)] {
            store.mark(|message| message.id == first.id, read);
            let update = store.update_since("");
            assert_eq!((update.unread, update.marks), (unread, marks));
        }
        assert!(!first.read, "a reader's copy does not change");
    }

    #[test]
    fn ids_increase_even_if_the_clock_does_not() {
        let mut store = MessageStore::new(100, usize::MAX);
        let later = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000);
        let mut ids = Vec::new();
        for created in [later, later, OffsetDateTime::UNIX_EPOCH, later] {
            let message = Message::parse(Envelope::default(), Vec::new(), created);
            ids.push(store.push(message).id.clone());
        }
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        assert!(ids.iter().all(|id| is_id(id)), "{ids:?}");
    }

    #[test]
    fn recognizes_ids() {
        for (text, expected) in [
            ("0000000000000a", true),
            ("0000000000000A", false),
            ("+000000000000a", false),
            ("a", false),
            ("", false),
            ("latest", false),
        ] {
            assert_eq!(is_id(text), expected, "{text}");
        }
    }
}
