//! What an operator sees: the log, the metrics, and the files that use their names.

mod deploy;
mod events;
mod log;
mod metrics;
mod traces;
