//! A small SMTP server for development and tests. It accepts every mail, logs the code in it, and shows the mailbox.
//!
//! [`MailerMock::start`] is where to begin. Mail goes in over SMTP (RFC 5321) and comes out through
//! [`Mailbox`], through an HTTP API in the spelling of Mailpit, and on a page for people. [`Faults`] makes the SMTP
//! side fail on purpose: refuse, stall, or close the connection at a chosen stage.
//!
//! Nothing is delivered anywhere and nothing is kept on disk. Whoever can reach it reads every mail: its TLS
//! and its logins are there to exercise the clients that use them. So it belongs on loopback or in a private container
//! network.
//!
//! # How a mail travels
//!
//! `listener` takes the connection, `smtp` holds the dialogue and hands the envelope and the bytes to `mailbox`, which
//! has `message` read them (`mime` for the structure, `codes` for the code), logs one line, and keeps the newest ones
//! in `ring`. `http` reads from the same mailbox.

mod clock;
mod codes;
mod config;
mod faults;
mod glob;
mod html;
mod http;
mod listener;
mod log_line;
mod mailbox;
mod message;
mod metrics;
mod mime;
mod ring;
mod server;
mod smtp;
mod tls;

/// The manual, so that its snippet in Rust is run with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/mailer-mock.md")]
struct Manual;

pub use config::{Config, Credentials, NoCredentials};
pub use faults::{Action, FaultRule, Faults, Stage};
pub use mailbox::Mailbox;
pub use message::{Address, Attachment, Message};
pub use server::{MailerMock, Protocol, StartError};
#[cfg(feature = "testing")]
#[doc(hidden)]
pub use smtp::testing;
