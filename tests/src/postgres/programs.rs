//! Where PostgreSQL is installed.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where packages install servers: a folder, and how the names in it begin. `tests/tools.sh` looks there too.
const PACKAGES: [(&str, &str); 4] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql"),
    ("/usr/local/opt", "postgresql"),
];

/// The folder of the server programs: `PG_BIN`, or else that of the newest version.
///
/// # Panics
/// When PostgreSQL is not installed.
pub(super) fn folder() -> PathBuf {
    if let Some(folder) = env::var_os("PG_BIN").filter(|folder| !folder.is_empty()) {
        return folder.into();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    // A program on the PATH may be a link from another folder.
    let on_path = env::split_paths(&path).filter_map(|folder| {
        let initdb = folder.join("initdb").canonicalize().ok()?;
        Some(initdb.parent()?.to_owned())
    });
    let packaged = PACKAGES.iter().flat_map(|(parent, prefix)| {
        let entries = Path::new(parent).read_dir().into_iter().flatten().flatten();
        let named = entries.filter(move |entry| entry.file_name().to_string_lossy().starts_with(prefix));
        named.map(|entry| entry.path().join("bin"))
    });
    on_path
        .chain(packaged)
        .filter_map(|folder| Some((version(&folder)?, folder)))
        .max()
        .map(|(_, folder)| folder)
        .expect("PostgreSQL is not installed: ./tests/run installs it, or set PG_BIN to the folder of initdb")
}

/// The major version, if the folder holds a server.
fn version(folder: &Path) -> Option<u32> {
    if !["pg_ctl", "postgres"].iter().all(|name| folder.join(name).exists()) {
        return None;
    }
    let output = Command::new(folder.join("initdb")).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let number = text
        .split(|c: char| !c.is_ascii_digit())
        .find(|part| !part.is_empty())?;
    number.parse().ok()
}
