//! The log.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::settings::{LogFormat, Settings};
use crate::start_error::StartError;

/// Starts to log to standard output.
///
/// # Errors
/// When `RUST_LOG` cannot be parsed.
pub fn start(settings: &Settings) -> Result<(), StartError> {
    let levels = &settings.rust_log;
    // An empty filter would log errors only.
    let filter = (!levels.is_empty()).then(|| EnvFilter::try_new(levels));
    let Some(Ok(filter)) = filter else {
        return Err(StartError::InvalidSetting {
            name: "RUST_LOG".to_owned(),
            expected: "levels such as info or api=debug,info".to_owned(),
            value: levels.clone(),
        });
    };
    let log = tracing_subscriber::fmt().with_env_filter(filter);
    match settings.log_format() {
        LogFormat::Pretty => log.with_target(false).with_ansi(std::io::stdout().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}
