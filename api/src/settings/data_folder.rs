//! What a development server keeps across restarts.

use std::fs::DirBuilder;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretSlice;

use super::values::SECRET_KEY_BYTES;
use crate::private_file;
use crate::random::{self, SystemRandom};
use crate::start_error::StartError;

/// The name of the folder, in the working directory.
pub(super) const NAME: &str = "data";

/// Creates the folder if it does not exist, readable only by its owner. Returns its absolute path.
pub(super) fn create() -> Result<PathBuf, StartError> {
    let failed = |path: &Path, source| StartError::DataFolder {
        path: path.to_owned(),
        source,
    };
    let folder = std::path::absolute(NAME).map_err(|error| failed(Path::new(NAME), error))?;
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder).map_err(|error| failed(&folder, error))?;
    Ok(folder)
}

/// Reads the secret key from its file. If there is no file, creates one with a random key, readable only by its owner.
pub(super) fn secret_key() -> Result<SecretSlice<u8>, StartError> {
    let path = create()?.join("secret.key");
    let key = match private_file::create(&path) {
        Ok(Some(mut file)) => {
            let key = STANDARD.encode(random::bytes::<SECRET_KEY_BYTES>(&SystemRandom));
            let written = file.write_all(key.as_bytes()).and_then(|()| file.sync_all());
            written.map(|()| key.into_bytes())
        }
        Ok(None) => match private_file::open(&path) {
            Ok(mut file) => {
                let mut key = Vec::new();
                file.read_to_end(&mut key).map(|_| key)
            }
            Err(source) => {
                let name = "SECRET_KEY";
                return Err(StartError::PrivateFile { name, path, source });
            }
        },
        Err(error) => Err(error),
    };
    match key {
        Ok(key) if key.len() < SECRET_KEY_BYTES => Err(StartError::TruncatedSecretKey { path }),
        Ok(key) => Ok(key.into()),
        Err(source) => Err(StartError::SecretKeyFile { path, source }),
    }
}
