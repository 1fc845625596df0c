//! The folder for what the embedded parts keep across restarts.

use std::path::{Path, PathBuf};

use crate::start_error::StartError;

/// Its name, in the working folder.
pub(super) const NAME: &str = "data";

/// Creates the folder if it does not exist, readable only by its owner. Gives its absolute path.
pub(super) fn create() -> Result<PathBuf, StartError> {
    let failed = |path: &Path, source| StartError::DataFolder {
        path: path.to_owned(),
        source,
    };
    let folder = std::path::absolute(NAME).map_err(|error| failed(Path::new(NAME), error))?;
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder).map_err(|error| failed(&folder, error))?;
    Ok(folder)
}
