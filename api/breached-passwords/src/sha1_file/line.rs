//! One line: 40 hexadecimal digits, and in most files a colon and how often the password was found.

use super::error::FileError;

/// A SHA-1 digest.
pub(crate) type Digest = [u8; 20];

/// The longest line, with its end. The lines of Have I Been Pwned have at most 53 bytes.
pub(super) const LONGEST_LINE: usize = 128;

#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) digest: Digest,
    /// False if the count is 0: downloads can contain such lines as padding.
    pub(super) is_breached: bool,
}

/// The first line of some bytes and its length with its end; `None` if there are no bytes. Only the last line of the
/// file can have no end.
pub(super) fn first_line(bytes: &[u8], is_end_of_file: bool) -> Result<Option<(Line, usize)>, FileError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let (line, length) = match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], end + 1),
        None if is_end_of_file => (bytes, bytes.len()),
        None => return Err(FileError::Line),
    };
    Ok(Some((parse(line.strip_suffix(b"\r").unwrap_or(line))?, length)))
}

fn parse(line: &[u8]) -> Result<Line, FileError> {
    let end_of_hash = line.iter().position(|byte| *byte == b':');
    let (hash, count) = match end_of_hash {
        Some(colon) => (&line[..colon], Some(&line[colon + 1..])),
        None => (line, None),
    };
    if hash.len() == 32 && hash.iter().all(u8::is_ascii_hexdigit) {
        return Err(FileError::Ntlm);
    }
    let is_number = |count: &[u8]| !count.is_empty() && count.iter().all(u8::is_ascii_digit);
    let is_zero = |count: &[u8]| count.iter().all(|digit| *digit == b'0');
    match (digest(hash), count) {
        (Some(digest), Some(count)) if is_number(count) => Ok(Line {
            digest,
            is_breached: !is_zero(count),
        }),
        (Some(digest), None) => Ok(Line {
            digest,
            is_breached: true,
        }),
        _ => Err(FileError::Line),
    }
}

fn digest(hash: &[u8]) -> Option<Digest> {
    let value = |digit: u8| {
        char::from(digit)
            .to_digit(16)
            .and_then(|value| u8::try_from(value).ok())
    };
    let mut digest = Digest::default();
    if hash.len() != 2 * digest.len() {
        return None;
    }
    let (pairs, _) = hash.as_chunks();
    for (byte, [high, low]) in digest.iter_mut().zip(pairs) {
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(digest)
}
