//! The account-registration server, as a library: `main` only starts it, and so do the tests.
//!
//! Dependencies point inward: `http` → `graphql` → `accounts` → `verification`, `credentials`, `sessions`, `limits`,
//! `mail` → `entity`. `docs/architecture.md` follows a request through them.

pub mod accounts;
pub mod app;
pub mod banner;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod benching;
pub mod clock;
pub mod credentials;
pub mod database;
#[cfg(feature = "embedded-mailbox")]
pub mod demo;
#[cfg(feature = "embedded-mailbox")]
pub mod embedded_mailbox;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
pub mod graphql;
pub mod http;
pub mod keys;
pub mod limits;
pub mod mail;
pub mod metrics;
pub mod policy;
pub mod random;
pub mod server;
pub mod sessions;
pub mod settings;
mod sql;
pub mod start_error;
pub mod telemetry;
pub mod token;
pub mod verification;
