//! The secret key of an installation that was given none: drawn once, kept in a file that its owner alone can read.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretSlice;

use crate::random::{self, SystemRandom};

/// The key in the file; if there is no file, a new one with a new key.
pub(super) fn read_or_draw(path: &Path) -> Result<SecretSlice<u8>, String> {
    let failed = |error: std::io::Error| format!("{}: the secret key cannot be kept: {error}", path.display());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            let key = STANDARD.encode(random::bytes::<32>(&SystemRandom));
            file.write_all(key.as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(failed)?;
            Ok(key.into_bytes().into())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let key = fs::read(path).map_err(failed)?;
            if key.len() < 32 {
                return Err(format!(
                    "{}: the secret key in it is cut short; delete the file",
                    path.display()
                ));
            }
            Ok(key.into())
        }
        Err(error) => Err(failed(error)),
    }
}
