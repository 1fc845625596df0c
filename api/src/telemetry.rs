//! The log.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::settings::LogFormat;

/// Starts logging to standard output. `RUST_LOG` says what is logged, by default `info`.
///
/// # Errors
/// When `RUST_LOG` cannot be read: the text says so.
pub fn start(format: LogFormat) -> Result<(), String> {
    let directives = std::env::var("RUST_LOG").unwrap_or_else(|_| "info".to_owned());
    let filter = EnvFilter::try_new(directives)
        .map_err(|error| format!("RUST_LOG: expected levels such as info or api=debug,info: {error}"))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter);
    match format {
        LogFormat::Pretty => log.with_target(false).with_ansi(std::io::stdout().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}
