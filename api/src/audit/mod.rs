//! The audit trail: one event for each step in the life of an account, written in the transaction of that step.
//!
//! No event is ever updated. It is deleted by age, or with its user. Whatever deletes a user has locked them, their
//! verifications and their sessions before it deletes their events, and whatever records an event about a user holds
//! one of these. So no event outlives its user.

mod list;
mod record;
mod refusals;

pub use list::EventPosition;
pub(crate) use list::list;
pub use record::Audit;
pub(crate) use record::Event;
pub use refusals::RefusalCounts;
pub(crate) use refusals::keep_flushing;
