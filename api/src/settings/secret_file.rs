//! The secret key of a development server that is given none.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretSlice;

use super::values::SECRET_KEY_BYTES;
use crate::random::{self, SystemRandom};
use crate::start_error::StartError;

/// Reads the key from a file. If there is no file, creates one with a random key, readable only by its owner.
pub(super) fn read_or_create(path: &Path) -> Result<SecretSlice<u8>, StartError> {
    let failed = |source| StartError::SecretKeyFile {
        path: path.to_owned(),
        source,
    };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            let key = STANDARD.encode(random::bytes::<SECRET_KEY_BYTES>(&SystemRandom));
            file.write_all(key.as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(failed)?;
            Ok(key.into_bytes().into())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let key = fs::read(path).map_err(failed)?;
            if key.len() < SECRET_KEY_BYTES {
                return Err(StartError::TruncatedSecretKey { path: path.to_owned() });
            }
            Ok(key.into())
        }
        Err(error) => Err(failed(error)),
    }
}
