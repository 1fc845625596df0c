//! Starts the log.

use std::io::IsTerminal;

use crate::settings::{LogFormat, Settings};

/// Starts to log to standard output.
pub fn start(settings: &Settings) {
    let log = tracing_subscriber::fmt().with_env_filter(&settings.rust_log);
    match settings.log_format() {
        LogFormat::Pretty => log.with_target(false).with_ansi(std::io::stdout().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
