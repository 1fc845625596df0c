//! Mail: what is owed, how it reads, and how it is delivered.
//!
//! A mail is owed by a row of the outbox, written in the transaction that gives rise to it. Workers claim rows with a
//! lease and deliver them, so that a crash at any point loses nothing.

mod conclusion;
pub mod delivery;
mod dispatch;
pub(crate) mod message;
pub mod outbox;
mod transport;
