//! A log that can neither fail nor block the program.
//!
//! Lines wait in a bounded buffer, and a thread writes them out. A line that finds the buffer full, because the reader
//! of a pipe has stopped, or that cannot be written, because the disk is full, is dropped and counted.
//! (`tracing-appender` does not count a line that cannot be written, and panics at the end if standard output is
//! broken.)

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;

/// How many bytes may wait.
const CAPACITY: usize = 1024 * 1024;

/// How long the end of the program waits for the last lines.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// How long to wait for a pipe or terminal that another program has made non-blocking.
const RETRY_PAUSE: Duration = Duration::from_millis(10);

/// The queue of one output. Clones share it.
#[derive(Clone)]
pub struct LogWriter(Arc<Shared>);

/// Waits when it is dropped, for at most a second, until the lines are written. `main` holds it.
#[must_use]
pub struct FlushOnDrop(LogWriter);

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    dropped: Counter,
}

#[derive(Default)]
struct Queue {
    lines: Vec<u8>,
    is_writing: bool,
}

impl LogWriter {
    /// Starts the thread that writes to this output, and counts the lines that it drops.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn start(output: impl Write + Send + 'static, dropped: Counter) -> io::Result<(Self, FlushOnDrop)> {
        let writer = Self(Arc::new(Shared {
            queue: Mutex::default(),
            changed: Condvar::new(),
            dropped,
        }));
        let shared = writer.0.clone();
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || shared.write_to(output))?;
        Ok((writer.clone(), FlushOnDrop(writer)))
    }

    /// Enqueues text that ends with a line break.
    pub fn push(&self, text: &[u8]) {
        let mut queue = self.0.lock();
        if queue.lines.len() + text.len() > CAPACITY {
            self.0.dropped.inc_by(count_lines(text));
        } else {
            queue.lines.extend_from_slice(text);
            self.0.changed.notify_all();
        }
    }
}

/// For `tracing_subscriber`, which writes each event with one call.
impl Write for LogWriter {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.push(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for FlushOnDrop {
    fn drop(&mut self) {
        let shared = &self.0.0;
        let waits = |queue: &mut Queue| queue.is_writing || !queue.lines.is_empty();
        let _ = shared.changed.wait_timeout_while(shared.lock(), FLUSH_TIMEOUT, waits);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The body of the thread.
    fn write_to(&self, mut output: impl Write) {
        let mut lines = Vec::new();
        // Whether the last line that was written has no end.
        let mut is_torn = false;
        loop {
            self.take(&mut lines);
            if is_torn && write(&mut output, b"\n") == 1 {
                is_torn = false;
            }
            // What continued the torn line could not be told from it.
            let written = if is_torn { 0 } else { write(&mut output, &lines) };
            self.dropped.inc_by(count_lines(&lines[written..]));
            is_torn |= lines[..written].last().is_some_and(|byte| *byte != b'\n');
            lines.clear();
        }
    }

    /// Waits for lines and takes all that wait.
    fn take(&self, lines: &mut Vec<u8>) {
        let mut queue = self.lock();
        queue.is_writing = false;
        self.changed.notify_all();
        let waiting = self.changed.wait_while(queue, |queue| queue.lines.is_empty());
        let mut queue = waiting.unwrap_or_else(PoisonError::into_inner);
        queue.is_writing = true;
        mem::swap(lines, &mut queue.lines);
    }
}

/// Writes what can be written, and returns its length.
fn write(output: &mut impl Write, text: &[u8]) -> usize {
    let mut written = 0;
    while written < text.len() {
        match output.write(&text[written..]) {
            Ok(length) if length > 0 => written += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(RETRY_PAUSE),
            _ => break,
        }
    }
    let _ = output.flush();
    written
}

fn count_lines(text: &[u8]) -> u64 {
    text.split_inclusive(|byte| *byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// An output whose results the test chooses. It reports what it writes.
    struct Scripted {
        results: mpsc::Receiver<io::Result<usize>>,
        written: mpsc::Sender<Vec<u8>>,
    }

    impl Write for Scripted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let result = self.results.recv().unwrap_or(Ok(bytes.len()));
            let length = result.map(|length| length.min(bytes.len()))?;
            let _ = self.written.send(bytes[..length].to_vec());
            Ok(length)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Log {
        writer: LogWriter,
        flush: FlushOnDrop,
        dropped: Counter,
        results: mpsc::Sender<io::Result<usize>>,
        written: mpsc::Receiver<Vec<u8>>,
    }

    impl Log {
        fn start() -> Self {
            let ((results, next_result), (sender, written)) = (mpsc::channel(), mpsc::channel());
            let output = Scripted {
                results: next_result,
                written: sender,
            };
            let dropped = Counter::default();
            let (writer, flush) = LogWriter::start(output, dropped.clone()).expect("a thread");
            Self {
                writer,
                flush,
                dropped,
                results,
                written,
            }
        }

        fn text(self) -> String {
            drop((self.results, self.flush));
            String::from_utf8(self.written.try_iter().flatten().collect()).expect("text")
        }
    }

    fn full() -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    #[test]
    fn failed_write_drops_its_lines_and_later_ones_are_written() {
        let log = Log::start();
        log.results.send(full()).expect("the thread runs");
        log.writer.push(b"a\nb\n");
        while log.dropped.get() < 2 {
            thread::yield_now();
        }
        log.writer.push(b"c\n");
        assert_eq!(log.text(), "c\n");
    }

    #[test]
    fn torn_line_is_ended_before_the_next() {
        let log = Log::start();
        for result in [Ok(5), full()] {
            log.results.send(result).expect("the thread runs");
        }
        log.writer.push(b"one\ntwo\nthree\n");
        while log.dropped.get() < 2 {
            thread::yield_now();
        }
        log.writer.push(b"four\n");
        assert_eq!(log.text(), "one\nt\nfour\n");
    }

    #[test]
    fn torn_line_is_ended_however_many_writes_fail() {
        let log = Log::start();
        for result in [Ok(5), full(), full()] {
            log.results.send(result).expect("the thread runs");
        }
        for (lines, dropped) in [("one\ntwo\nthree\n", 2), ("four\n", 3)] {
            log.writer.push(lines.as_bytes());
            while log.dropped.get() < dropped {
                thread::yield_now();
            }
        }
        log.writer.push(b"five\n");
        let dropped = log.dropped.clone();
        assert_eq!(log.text(), "one\nt\nfive\n");
        assert_eq!(dropped.get(), 3);
    }

    #[test]
    fn blocked_output_blocks_nobody_and_memory_is_bounded() {
        let log = Log::start();
        let line = [b"x".repeat(1_023), b"\n".to_vec()].concat();
        // The thread may hold one more buffer.
        for _ in 0..3 * CAPACITY / line.len() {
            log.writer.push(&line);
        }
        let dropped = usize::try_from(log.dropped.get()).expect("a number");
        let kept = 3 * CAPACITY / line.len() - dropped;
        assert!((1_024..=2_048).contains(&kept), "{kept}");
        assert_eq!(log.text().len(), kept * line.len());
    }

    #[test]
    fn interrupted_and_non_blocking_outputs_lose_nothing() {
        let log = Log::start();
        for kind in [io::ErrorKind::Interrupted, io::ErrorKind::WouldBlock] {
            log.results.send(Err(kind.into())).expect("the thread runs");
        }
        log.writer.push(b"a\n");
        let dropped = log.dropped.clone();
        assert_eq!(log.text(), "a\n");
        assert_eq!(dropped.get(), 0);
    }
}
