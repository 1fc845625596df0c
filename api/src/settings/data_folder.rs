//! Where the embedded parts keep what must survive a restart.

use std::path::{Path, PathBuf};

/// Its name, in the folder that the server is started in.
pub(super) const DATA: &str = "data";

/// The folder of the embedded parts, made if it is not there, and readable by its owner alone.
pub(super) fn make(made: &mut Option<PathBuf>) -> Result<&Path, String> {
    if made.is_none() {
        let folder = std::path::absolute(DATA).map_err(|error| format!("./{DATA}: {error}"))?;
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&folder)
            .map_err(|error| format!("{}: the data folder cannot be made: {error}", folder.display()))?;
        *made = Some(folder);
    }
    Ok(made.as_deref().unwrap_or(Path::new(DATA)))
}
