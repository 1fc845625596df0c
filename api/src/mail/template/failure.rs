//! What an error of the template engine says.

use std::error::Error as _;

use minijinja::Error;

use crate::start_error::StartError;

/// An error of the engine, with the place that it is about.
pub(super) fn failed(error: &Error) -> StartError {
    let (file, line) = place(error);
    let error = innermost(error);
    let reason = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    StartError::MailTemplate {
        file,
        line,
        reason: reason.replace('\n', " "),
    }
}

/// The file and the line.
pub(super) fn place(error: &Error) -> (String, usize) {
    let error = innermost(error);
    (error.name().unwrap_or("template").to_owned(), error.line().unwrap_or(1))
}

fn innermost(error: &Error) -> &Error {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    cause.map_or(error, innermost)
}
