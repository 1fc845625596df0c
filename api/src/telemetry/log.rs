//! Starts the log.

use http_server::Log;

use crate::settings::{LogFormat, Settings};
use crate::start_error::StartError;

/// Starts to log to standard output. Ends the log when it is dropped.
///
/// # Errors
/// When a thread cannot be started.
pub fn start(settings: &Settings) -> Result<Log, StartError> {
    let log = Log::start().map_err(StartError::Thread)?;
    let output = log.output.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || output.clone())
        // They would go to standard error, and a failed write there would panic.
        .log_internal_errors(false)
        // It would log the value of a parameter that it does not know, such as of `pasword`.
        .with_env_filter(format!("{},sqlx_postgres::options=off", settings.rust_log));
    match settings.log_format() {
        LogFormat::Pretty => subscriber
            .with_target(false)
            .with_ansi(http_server::has_colors())
            .init(),
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
    }
    Ok(log)
}
