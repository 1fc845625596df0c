//! The tables, as SeaORM entities: one file per table, each with the queries that have a name.
//!
//! Every instant is a [`Timestamp`] and every id a UUID version 7, so that both databases store, compare and sort them
//! alike.

pub mod account_event;
pub mod disabled_webhook_endpoint;
pub mod email_outbox;
pub mod rate_limit;
pub mod refusal_count;
pub mod session;
pub mod sweep_clock;
pub mod user;
pub mod verification;
pub mod webhook_delivery;

mod hidden;
mod purpose;
mod timestamp;

pub use account_event::AccountEventKind;
pub use hidden::{HiddenBytes, HiddenText};
pub use purpose::{EmailKind, Purpose};
pub use timestamp::Timestamp;
