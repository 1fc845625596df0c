//! Standard output and standard error, whose readers may leave or stop to read at any time.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::env::var_os;
use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::LazyLock;
use std::{panic, thread};

use prometheus_client::metrics::counter::Counter;

use crate::log_writer::{FlushOnDrop, LogWriter};

/// The streams belong to the process, and so does the count.
static DROPPED_LINES: LazyLock<Counter> = LazyLock::new(Counter::default);

/// The log of a server: its events on standard output, the messages of panics on standard error.
pub struct Log {
    /// Writes to standard output.
    pub output: LogWriter,
    _flush: [FlushOnDrop; 2],
}

impl Log {
    /// Starts the threads that write to the two streams.
    ///
    /// # Errors
    /// If a thread cannot be started.
    pub fn start() -> io::Result<Self> {
        let (output, flush_output) = LogWriter::start(io::stdout(), dropped_log_lines())?;
        let (errors, flush_errors) = LogWriter::start(io::stderr(), dropped_log_lines())?;
        // The standard hook writes to standard error itself. If nobody reads there, the panicking thread would stand
        // still.
        panic::set_hook(Box::new(move |panic| {
            let thread = thread::current();
            let name = thread.name().unwrap_or("unnamed");
            errors.push(format!("thread '{name}' {panic}\n").as_bytes());
            let backtrace = Backtrace::capture();
            if backtrace.status() == BacktraceStatus::Captured {
                errors.push(format!("{backtrace}\n").as_bytes());
            }
        }));
        Ok(Self {
            output,
            _flush: [flush_output, flush_errors],
        })
    }
}

/// Whether standard output shows colors: it is a terminal, and the user has not turned them off (`no-color.org`).
#[must_use]
pub fn has_colors() -> bool {
    io::stdout().is_terminal() && wants_colors(var_os("NO_COLOR").as_deref(), var_os("TERM").as_deref())
}

fn wants_colors(no_color: Option<&OsStr>, term: Option<&OsStr>) -> bool {
    no_color.is_none_or(OsStr::is_empty) && term.is_none_or(|term| term != "dumb")
}

/// Counts the lines that this process could not log.
#[must_use]
pub fn dropped_log_lines() -> Counter {
    DROPPED_LINES.clone()
}

/// Writes the output of a command. It is not an error if the reader closes it early, as in `api schema | head -1`.
///
/// # Errors
/// If the output cannot be written for another reason.
pub fn print(text: impl Display) -> io::Result<()> {
    let mut output = io::stdout().lock();
    match write!(output, "{text}").and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(io::Error::new(
            error.kind(),
            format!("cannot write to standard output: {error}"),
        )),
        _ => Ok(()),
    }
}

/// Writes a line to standard error, if that is possible.
pub fn print_error(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_can_be_turned_off() {
        for (no_color, term, expected) in [
            (None, None, true),
            (None, Some("xterm"), true),
            (Some(""), Some("xterm"), true),
            (Some("1"), Some("xterm"), false),
            (Some("0"), None, false),
            (None, Some("dumb"), false),
        ] {
            let wanted = wants_colors(no_color.map(OsStr::new), term.map(OsStr::new));
            assert_eq!(wanted, expected, "{no_color:?} {term:?}");
        }
    }
}
