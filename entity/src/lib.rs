//! The tables, as SeaORM entities: one file a table.
//!
//! Every instant is a [`Timestamp`] and every identifier a UUID version 7, so that both databases store, compare and
//! sort them alike.

pub mod email_outbox;
pub mod rate_limit;
pub mod session;
pub mod user;
pub mod verification_code;

mod hidden;
mod purpose;
mod timestamp;

pub use hidden::{HiddenBytes, HiddenText};
pub use purpose::{MailKind, Purpose};
pub use timestamp::Timestamp;
