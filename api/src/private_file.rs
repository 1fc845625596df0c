//! Files with secrets, which only the user of this process may open. The umask usually lets everybody read a new file.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

/// Why a file with secrets is not used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("it is a symbolic link")]
    SymbolicLink,
    #[error("it is not a file")]
    NotAFile,
    #[error("it belongs to another user")]
    OtherOwner,
    #[error("other users can open it (mode {0:03o}); run chmod 600 on it")]
    Open(u32),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Creates an empty file that only its owner can open. `None` if there is one, even a symbolic link that leads nowhere.
pub(crate) fn create(path: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        created => created.map(Some),
    }
}

/// Opens an existing file to read.
pub(crate) fn open(path: &Path) -> Result<File, FileError> {
    check(path)?;
    let file = File::open(path)?;
    // The file at the path may be another one by now.
    check_metadata(&file.metadata()?)?;
    Ok(file)
}

/// Checks that only the user of this process can open a file.
pub(crate) fn check(path: &Path) -> Result<(), FileError> {
    check_metadata(&fs::symlink_metadata(path)?)
}

fn check_metadata(metadata: &Metadata) -> Result<(), FileError> {
    if metadata.is_symlink() {
        return Err(FileError::SymbolicLink);
    }
    if !metadata.is_file() {
        return Err(FileError::NotAFile);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(FileError::OtherOwner);
        }
        let mode = metadata.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(FileError::Open(mode));
        }
    }
    Ok(())
}
