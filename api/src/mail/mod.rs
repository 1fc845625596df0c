//! Email: the outbox, the worker that empties it, SMTP, and the templates.
//!
//! An email begins as a row of the outbox, written in the transaction of what it reports. A worker claims rows with a
//! lease, has them composed, and sends them, so a crash at any point loses nothing. This module knows rows, leases and
//! SMTP; what an email says is decided by the function that the worker is given.

mod attempt;
mod domain_owner;
mod domains;
pub mod outbox;
mod outcome;
mod smtp;
pub(crate) mod template;
mod worker;

pub use attempt::{Compose, ComposedEmail, Content, MailWorker};
pub use smtp::SmtpConfig;
pub(crate) use smtp::{Encryption, check_server};
pub(crate) use template::Sender;
pub use template::{Kind, Product, Templates, Words};
