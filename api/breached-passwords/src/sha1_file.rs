//! A file of SHA-1 digests in ascending order, as Have I Been Pwned offers it, searched where it is.
//!
//! The file can have tens of gigabytes. It is neither loaded nor mapped: a search reads a few blocks.

mod error;
mod line;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use sha1::{Digest as _, Sha1};

pub use self::error::FileError;
pub(crate) use self::line::Digest;
use self::line::{LONGEST_LINE, Line, first_line};

/// A search reads this much at once when it has come that near.
const BLOCK: u64 = 4096;

const _: () = assert!(
    BLOCK > 4 * LONGEST_LINE as u64,
    "so that a line begins in the second half of every block"
);

/// How many lines are read when the file is opened.
const SAMPLES: u64 = 64;

/// A file of SHA-1 digests. Clones share it.
#[derive(Debug, Clone)]
pub struct Sha1File {
    file: Arc<File>,
    length: u64,
}

impl Sha1File {
    /// Opens a file, and looks at lines in all parts of it.
    ///
    /// # Errors
    /// When it cannot be read, or is not what it has to be.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        // Opening a pipe would wait for its other end.
        if !fs::metadata(path)?.is_file() {
            return Err(FileError::NotAFile);
        }
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let opened = Self {
            file: Arc::new(file),
            length,
        };
        opened.check()?;
        Ok(opened)
    }

    /// Looks at the first line, at some lines between, and at the last few.
    fn check(&self) -> Result<(), FileError> {
        let first = self.line_at(0)?.ok_or(FileError::Empty)?;
        let samples = (1..SAMPLES).map(|sample| self.length / SAMPLES * sample);
        let mut previous = first;
        let mut is_in_order = |line: Line| {
            let is_in_order = previous.digest <= line.digest;
            previous = line;
            is_in_order.then_some(()).ok_or(FileError::Order)
        };
        let mut offset = 0;
        for sample in samples {
            if let Some((_, line)) = self.line_after(sample)? {
                is_in_order(line)?;
            }
            offset = sample;
        }
        offset = offset.max(self.length.saturating_sub(LONGEST_LINE as u64));
        while let Some((begins, line)) = self.line_after(offset)? {
            is_in_order(line)?;
            offset = begins;
        }
        Ok(())
    }

    /// Whether the digest of a password is in the file.
    ///
    /// # Errors
    /// When the file cannot be read, or is no longer what it was.
    pub fn contains(&self, password: &str) -> Result<bool, FileError> {
        self.contains_digest(&Sha1::digest(password).into())
    }

    /// Whether a digest is in the file.
    ///
    /// # Errors
    /// When the file cannot be read, or is no longer what it was.
    pub(crate) fn contains_digest(&self, digest: &Digest) -> Result<bool, FileError> {
        if self.file.metadata()?.len() != self.length {
            return Err(FileError::Changed);
        }
        // The line, if there is one, begins in this range. Both ends are beginnings of lines, or the end of the file.
        let (mut start, mut end) = (0, self.length);
        while end - start > BLOCK {
            let middle = start + (end - start) / 2;
            let (offset, line) = self.line_after(middle)?.ok_or(FileError::Line)?;
            match line.digest.cmp(digest) {
                Ordering::Less => start = offset,
                Ordering::Equal => return Ok(line.is_breached),
                Ordering::Greater => end = offset,
            }
        }
        let block = self.read(start, end)?;
        let mut rest = &block[..];
        while let Some((line, length)) = first_line(rest, true)? {
            if line.digest == *digest {
                return Ok(line.is_breached);
            }
            rest = &rest[length..];
        }
        Ok(false)
    }

    /// The first line that begins after an offset, and where it begins.
    fn line_after(&self, offset: u64) -> Result<Option<(u64, Line)>, FileError> {
        let bytes = self.read(offset, offset + LONGEST_LINE as u64)?;
        match bytes.iter().position(|byte| *byte == b'\n') {
            Some(before) => {
                let offset = offset + before as u64 + 1;
                Ok(self.line_at(offset)?.map(|line| (offset, line)))
            }
            None if offset + (bytes.len() as u64) < self.length => Err(FileError::Line),
            None => Ok(None),
        }
    }

    /// The line that begins at an offset.
    fn line_at(&self, offset: u64) -> Result<Option<Line>, FileError> {
        let end = offset + LONGEST_LINE as u64;
        let line = first_line(&self.read(offset, end)?, end >= self.length)?;
        Ok(line.map(|(line, _)| line))
    }

    /// What is between two offsets, as far as the file goes.
    fn read(&self, start: u64, end: u64) -> Result<Vec<u8>, FileError> {
        let length = end.min(self.length).saturating_sub(start);
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| FileError::Line)?];
        read_exact_at(&self.file, &mut bytes, start)?;
        Ok(bytes)
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        offset += read as u64;
    }
    Ok(())
}
