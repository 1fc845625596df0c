//! Files that an operator or a container mounts, each with one secret.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// More than any secret has.
const MAX_BYTES: u64 = 64 * 1024;

/// Why a file with a secret is not used.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    #[error("it is not a file")]
    NotAFile,
    #[error("it belongs to another user; run chown root on it")]
    OtherOwner,
    #[error(
        "other users can read or change it (mode {0:03o}); run chmod 600 on it, or 640 if its group is the server's"
    )]
    Open(u32),
    #[error("it is empty; write the value into it")]
    Empty,
    #[error("it is larger than 64 KiB; write only the value into it")]
    TooLarge,
    #[error("it is not text in UTF-8")]
    NotText,
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The content of a file, without the newline at its end.
pub(crate) fn read(path: &Path) -> Result<String, SecretFileError> {
    // A pipe would block when it is opened.
    if !fs::metadata(path)?.is_file() {
        return Err(SecretFileError::NotAFile);
    }
    let file = File::open(path)?;
    // The file at the path may be another one by now.
    check(&file, &file.metadata()?)?;
    let mut content = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_BYTES {
        return Err(SecretFileError::TooLarge);
    }
    let content = String::from_utf8(content).map_err(|_| SecretFileError::NotText)?;
    let value = content.strip_suffix('\n').unwrap_or(&content);
    let value = value.strip_suffix('\r').unwrap_or(value);
    if value.trim().is_empty() {
        return Err(SecretFileError::Empty);
    }
    Ok(value.to_owned())
}

/// Checks that no other user can change the file, nor read it unless its group is trusted. Kubernetes and Compose mount
/// secrets read-only and, by default, readable by every user of the container, who is only the server.
fn check(file: &File, metadata: &Metadata) -> Result<(), SecretFileError> {
    if !metadata.is_file() {
        return Err(SecretFileError::NotAFile);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;

        use rustix::fs::{StatVfsMountFlags, fstatvfs};

        let mount = fstatvfs(file).map_err(io::Error::from)?;
        if mount.f_flag.contains(StatVfsMountFlags::RDONLY) {
            return Ok(());
        }
        if ![0, rustix::process::geteuid().as_raw()].contains(&metadata.uid()) {
            return Err(SecretFileError::OtherOwner);
        }
        let mode = metadata.mode() & 0o777;
        if mode & 0o026 != 0 {
            return Err(SecretFileError::Open(mode));
        }
    }
    Ok(())
}
