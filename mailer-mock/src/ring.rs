use std::collections::VecDeque;
use std::sync::Arc;

use crate::Message;

/// The newest messages, bounded by their number and by their memory: what exceeds either pushes the oldest out.
#[derive(Debug)]
pub(crate) struct Ring {
    /// Oldest first.
    messages: VecDeque<Arc<Message>>,
    bytes: usize,
    max_messages: usize,
    max_bytes: usize,
    last_id: u64,
    /// How many messages were ever kept.
    received: u64,
    /// How often messages were taken out on demand.
    deletions: u64,
}

impl Ring {
    pub(crate) fn new(max_messages: usize, max_bytes: usize) -> Self {
        Self {
            messages: VecDeque::new(),
            bytes: 0,
            max_messages,
            max_bytes,
            last_id: 0,
            received: 0,
            deletions: 0,
        }
    }

    /// Gives the message its id and keeps it. The newest one always stays, also when it alone is over the limit.
    ///
    /// Ids are the time of arrival in microseconds, pushed on where two mails share one: ordered, never given twice,
    /// and different after a restart, so that an id which a client still holds cannot name another mail.
    pub(crate) fn push(&mut self, mut message: Message) -> Arc<Message> {
        let micros = message.created.unix_timestamp_nanos() / 1_000;
        self.last_id = (self.last_id + 1).max(u64::try_from(micros).unwrap_or(0));
        message.id = id(self.last_id);

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

    pub(crate) fn clear(&mut self) {
        self.remove(|_| true);
    }

    /// Takes out the messages that `unwanted` names.
    pub(crate) fn remove(&mut self, unwanted: impl Fn(&Message) -> bool) {
        let before = self.messages.len();
        self.messages.retain(|message| !unwanted(message));
        self.bytes = self.messages.iter().map(|message| message.memory()).sum();
        self.deletions += u64::from(self.messages.len() < before);
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Arc<Message>> {
        self.messages.iter().rev()
    }

    /// The messages that came later than the one with this id, whether that is kept or not, oldest first.
    pub(crate) fn later_than(&self, after: &str) -> impl Iterator<Item = &Arc<Message>> {
        let first = self.messages.partition_point(|message| message.id.as_str() <= after);
        self.messages.range(first..)
    }

    /// The id of the newest message that ever was, or one that comes before all others.
    pub(crate) fn last_id(&self) -> String {
        id(self.last_id)
    }

    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    pub(crate) fn deletions(&self) -> u64 {
        self.deletions
    }

    pub(crate) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Fixed width, so that ids compare as text in the order of arrival.
fn id(number: u64) -> String {
    format!("{number:014x}")
}

/// Whether a mail could have, or have had, this id.
pub(crate) fn is_id(text: &str) -> bool {
    u64::from_str_radix(text, 16).is_ok_and(|number| id(number) == text)
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::message::Envelope;

    fn mail(size: usize) -> Message {
        Message::read(Envelope::default(), vec![b'x'; size], OffsetDateTime::UNIX_EPOCH)
    }

    #[test]
    fn keeps_the_newest_messages() {
        let mut ring = Ring::new(3, usize::MAX);
        let ids: Vec<String> = (0..5).map(|_| ring.push(mail(1)).id.clone()).collect();
        let kept: Vec<&str> = ring.newest_first().map(|m| m.id.as_str()).collect();
        assert_eq!(kept, [&ids[4], &ids[3], &ids[2]]);
    }

    #[test]
    fn keeps_within_its_memory() {
        let one = mail(1_000).memory();
        let mut ring = Ring::new(100, 3 * one);
        for _ in 0..5 {
            ring.push(mail(1_000));
        }
        assert_eq!(ring.newest_first().count(), 3);
        ring.clear();
        for _ in 0..3 {
            ring.push(mail(1_000));
        }
        assert_eq!(ring.newest_first().count(), 3, "clearing frees the memory");
    }

    #[test]
    fn keeps_a_message_that_alone_is_too_large() {
        let mut ring = Ring::new(100, 10);
        ring.push(mail(1));
        let large = ring.push(mail(1_000));
        let kept: Vec<_> = ring.newest_first().collect();
        assert_eq!(kept, [&large]);
    }

    #[test]
    fn removing_frees_the_memory_of_what_is_removed() {
        let mut ring = Ring::new(100, usize::MAX);
        let ids: Vec<String> = (0..4).map(|_| ring.push(mail(1_000)).id.clone()).collect();
        ring.remove(|message| ids[1..3].contains(&message.id));
        let kept: Vec<&str> = ring.newest_first().map(|m| m.id.as_str()).collect();
        assert_eq!(kept, [&ids[3], &ids[0]]);
        assert_eq!(ring.bytes(), 2 * ring.newest_first().next().map_or(0, |m| m.memory()));
        assert_eq!((ring.received(), ring.deletions()), (4, 1));
        ring.remove(|_| false);
        assert_eq!(ring.deletions(), 1, "nothing was taken out");

        let later: Vec<&str> = ring.later_than(&ids[1]).map(|m| m.id.as_str()).collect();
        assert_eq!(later, [&ids[3]]);
        assert_eq!(ring.later_than(&ids[3]).count(), 0);
        assert_eq!(ring.later_than("").count(), 2);
    }

    #[test]
    fn ids_are_unique_and_ordered_also_when_the_clock_stands_still_or_goes_back() {
        let mut ring = Ring::new(100, usize::MAX);
        let later = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000);
        let mut ids = Vec::new();
        for created in [later, later, OffsetDateTime::UNIX_EPOCH, later] {
            let message = Message::read(Envelope::default(), Vec::new(), created);
            ids.push(ring.push(message).id.clone());
        }
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        assert!(ids.iter().all(|id| is_id(id)), "{ids:?}");
    }

    #[test]
    fn knows_an_id_by_its_form() {
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
