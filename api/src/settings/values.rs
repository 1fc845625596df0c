//! The types and parsers of values. The error of a parser says what it expects.

mod network;
mod numbers;
mod texts;
mod urls;

use clap::ValueEnum;

#[cfg(feature = "embedded-mailbox")]
pub(super) use self::network::loopback;
pub(super) use self::network::{address, ehlo_name, host_name, network};
pub(super) use self::numbers::{code_length, duration, number, positive, shutdown_delay, up_to};
pub use self::texts::locale;
pub(super) use self::texts::{SECRET_KEY_BYTES, app_name, boolean, file, log_levels, secret_key};
pub(super) use self::urls::{activation_url, app_url, database_url, mailbox_origin, origin, public_url};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Environment {
    Development,
    Production,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    Pretty,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Switch {
    On,
    Off,
}
