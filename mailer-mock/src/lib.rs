//! A small SMTP server for development and tests. It accepts every email, logs the code in it, and shows the mailbox.
//!
//! Start it with [`MailerMock::start`]. Read the messages through [`Mailbox`], through an HTTP API with the names of
//! Mailpit, or on the mailbox page. [`Faults`] makes the SMTP server fail on purpose: refuse, delay, or close the
//! connection at a chosen stage.
//!
//! It delivers nothing and writes nothing to disk. Everyone who can connect can read every message: TLS and logins
//! exist only to test the clients that use them. So run it on loopback or in a private container network.
//!
//! # The path of a message
//!
//! `server` accepts the connections. `smtp` runs the session and passes envelope and content to `mailbox`, which parses
//! them with `message` (`mime` for the structure, `codes` and `links` for what a test reads), logs one line, and keeps
//! the newest messages in `store`. `http` reads from the same mailbox.

mod clock;
mod codes;
mod config;
mod faults;
mod html;
mod http;
mod links;
mod log_line;
mod mailbox;
mod message;
mod metrics;
mod mime;
mod server;
mod smtp;
mod store;
mod tls;

/// Runs the Rust example in the manual as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../../docs/mailer-mock.md")]
struct Manual;

pub use config::{Config, Credentials, ParseCredentialsError};
pub use faults::{Action, FaultRule, Faults, Stage};
pub use mailbox::Mailbox;
pub use message::{Address, Message};
pub use mime::Attachment;
pub use server::{MailerMock, Protocol, StartError};
#[cfg(feature = "testing")]
#[doc(hidden)]
pub use smtp::testing;
