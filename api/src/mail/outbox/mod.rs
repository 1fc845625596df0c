//! The statements on rows of the outbox. `enqueue` adds emails, `claim` hands those of a `selection` that are `due` to
//! one worker, and `finish` records the outcome. Every change to a claimed row requires the claim's `lease`. So a
//! worker whose lease has ended, or whose verification was replaced, changes nothing. `signal` wakes the worker.

mod claim;
mod due;
mod enqueue;
mod finish;
mod lease;
mod selection;
mod signal;

pub(super) use claim::claim;
pub(super) use due::{next_due, release_future};
pub(crate) use enqueue::{NewEmail, enqueue, enqueue_again, insert, notices_to};
pub(super) use finish::{finish, give_back, postpone, renew};
pub use lease::Claim;
pub(crate) use lease::LEASE;
pub(super) use lease::MAX_PAUSE;
pub(super) use selection::Selection;
pub use signal::OutboxSignal;
