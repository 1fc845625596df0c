//! Starts the log.

use http_server::Log;

use crate::start_error::StartError;

/// What the log contains.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// Which lines, in the syntax of `RUST_LOG`.
    pub filter: String,
    /// Whether a line is a JSON object, for programs, or text, for people.
    pub is_json: bool,
}

/// Starts to log to standard output. Ends the log when it is dropped.
///
/// # Errors
/// When a thread cannot be started.
pub fn start(config: &LogConfig) -> Result<Log, StartError> {
    let log = Log::start().map_err(StartError::Thread)?;
    let output = log.output.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || output.clone())
        // They would go to standard error, and a failed write there would panic.
        .log_internal_errors(false)
        // It would log the value of a parameter that it does not know, such as of `pasword`.
        .with_env_filter(format!("{},sqlx_postgres::options=off", config.filter));
    if config.is_json {
        subscriber.json().flatten_event(true).init();
    } else {
        subscriber
            .with_target(false)
            .with_ansi(http_server::has_colors())
            .init();
    }
    Ok(log)
}
