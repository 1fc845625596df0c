//! The account-registration server, as a library: `main` only starts it, and so do the tests.
//!
//! Dependencies point inward: `http` → `graphql` → the use cases (`account`, `mail`) → `entity`. `docs/architecture.md`
//! shows the way of a request through them.

pub mod account;
pub mod banner;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod benching;
pub mod clock;
pub mod database;
#[cfg(feature = "embedded-mailbox")]
pub mod demo;
#[cfg(feature = "embedded-mailbox")]
pub mod embedded_mailbox;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
pub mod graphql;
pub mod hashing;
pub mod healthcheck;
pub mod http;
pub mod keys;
pub mod mail;
pub mod metrics;
pub mod random;
pub mod server;
pub mod settings;
pub mod start_error;
pub mod telemetry;
mod workers;
