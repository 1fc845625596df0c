//! Bounds the memory of answers that wait for their clients. A client that does not read its answer keeps it in memory until
//! the connection ends.

use std::sync::Arc;

use axum::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// An answer up to this size is part of what a connection may take, and is not counted.
const SMALL: usize = 16 * 1024;

/// The bytes of all larger answers at once.
const TOTAL: usize = 64 * 1024 * 1024;

/// The memory for large answers. Clones share it.
#[derive(Clone)]
pub(super) struct Answers(Arc<Semaphore>);

impl Answers {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(TOTAL)))
    }

    /// Reserves memory for an answer of at most so many bytes. `None` if there is too little.
    pub(super) fn reserve(&self, bytes: usize) -> Option<AnswerMemory> {
        if bytes <= SMALL {
            return Some(AnswerMemory(None));
        }
        let permits = u32::try_from(bytes).ok()?;
        let permit = self.0.clone().try_acquire_many_owned(permits).ok()?;
        Some(AnswerMemory(Some(permit)))
    }
}

/// The memory of one answer.
pub struct AnswerMemory(Option<OwnedSemaphorePermit>);

impl AnswerMemory {
    /// The bytes of the answer, which hold as much of the memory as they need until they are sent.
    #[must_use]
    pub fn hold(self, text: String) -> Bytes {
        let Some(mut permit) = self.0.filter(|_| text.len() > SMALL) else {
            return text.into();
        };
        if let Some(unused) = permit.num_permits().checked_sub(text.len()) {
            drop(permit.split(unused));
        }
        Bytes::from_owner(HeldAnswer { text, _permit: permit })
    }
}

struct HeldAnswer {
    text: String,
    _permit: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for HeldAnswer {
    fn as_ref(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answer_holds_its_memory_until_it_is_sent() {
        let answers = Answers::new();
        let memory = answers.reserve(TOTAL).expect("all of it");
        assert!(answers.reserve(SMALL + 1).is_none());
        assert!(answers.reserve(SMALL).is_some());
        let text = "a".repeat(TOTAL / 2);
        let waiting = memory.hold(text.clone());
        assert_eq!(waiting, text);
        assert!(answers.reserve(TOTAL / 2 + 1).is_none());
        assert!(answers.reserve(TOTAL / 2).is_some());
        drop(waiting);
        assert!(answers.reserve(TOTAL).is_some());
    }

    #[test]
    fn small_answer_gives_its_memory_back() {
        let answers = Answers::new();
        let waiting = answers.reserve(TOTAL).expect("all of it").hold("small".to_owned());
        assert!(answers.reserve(TOTAL).is_some());
        drop(waiting);
    }
}
