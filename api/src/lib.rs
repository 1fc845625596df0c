//! The account-registration server, as a library: `main` only starts it, and so do the tests.
//!
//! Dependencies point inward: `http` → `graphql` → `accounts` → `verification`, `credentials`, `sessions`, `limits`,
//! `mail`, `webhooks`, `audit` → `entity`. `docs/architecture.md` follows a request through them.

pub mod accounts;
pub mod app;
pub mod audit;
pub mod banner;
pub mod client;
pub mod clock;
pub mod clock_check;
mod clock_offset;
pub mod commands;
pub mod credentials;
pub mod database;
#[cfg(feature = "embedded-mailbox")]
pub mod demo;
#[cfg(feature = "embedded-mailbox")]
pub mod embedded_mailbox;
pub mod graphql;
pub mod http;
pub mod keys;
pub mod limits;
pub mod locale;
pub mod mail;
pub mod metrics;
pub mod policy;
mod private_file;
mod proxy_probe;
pub mod random;
mod secret_file;
mod secret_key_check;
pub mod server;
pub mod sessions;
pub mod settings;
pub mod shutdown;
mod sql;
pub mod start_error;
pub mod telemetry;
#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod testing;
mod tls;
pub mod token;
pub mod transaction;
pub mod verification;
pub mod webhooks;
