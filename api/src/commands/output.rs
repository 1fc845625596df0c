//! What a command prints.

use std::io::{self, BufWriter, ErrorKind, Stdout, Write};

/// Standard output. It is not an error if the reader closes it early, as in `api users list | head -1`.
pub(super) struct Output(Option<BufWriter<Stdout>>);

impl Output {
    pub(super) fn new() -> Self {
        Self(Some(BufWriter::new(io::stdout())))
    }

    /// Writes a line. Tells whether the reader is still there.
    pub(super) fn line(&mut self, text: &str) -> io::Result<bool> {
        self.write(|output| writeln!(output, "{text}"))
    }

    /// Hands over what was written. Tells whether the reader is still there.
    pub(super) fn flush(&mut self) -> io::Result<bool> {
        self.write(Write::flush)
    }

    fn write(&mut self, write: impl FnOnce(&mut BufWriter<Stdout>) -> io::Result<()>) -> io::Result<bool> {
        let Some(output) = &mut self.0 else {
            return Ok(false);
        };
        match write(output) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                // Dropping the writer would try again.
                let _ = self.0.take().map(BufWriter::into_parts);
                Ok(false)
            }
            Err(error) => Err(error),
            Ok(()) => Ok(true),
        }
    }
}
