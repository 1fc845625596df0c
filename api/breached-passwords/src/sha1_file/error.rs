//! The errors of a file.

use std::io;

/// Why a file cannot be used. No text tells where in the file that is, because the place of a search tells the
/// password.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each variant has its message")]
pub enum FileError {
    #[error("it is not a regular file")]
    NotAFile,
    #[error("it is empty")]
    Empty,
    #[error("its hashes are NTLM hashes")]
    Ntlm,
    #[error("it has a line that is not 40 hexadecimal digits, a colon and a count")]
    Line,
    #[error("its lines are not in ascending order")]
    Order,
    #[error("its length has changed since it was opened")]
    Changed,
    #[error(transparent)]
    Io(#[from] io::Error),
}
