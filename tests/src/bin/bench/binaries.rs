//! Builds the binaries that are measured, so that they are never out of date.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::Outcome;

/// `cargo run` sets variables with these prefixes for its child. When one changes, some build scripts (for example that of
/// ring) run again, and half of the server is compiled again.
const OF_THIS_PACKAGE: [&str; 5] = [
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "CARGO_CRATE_",
    "CARGO_PRIMARY_",
];

/// Builds the server and mailer-mock, and returns the folder of the binaries. This program's own package is among the
/// packages, so that they share their dependencies.
pub(crate) async fn build() -> Outcome<PathBuf> {
    if cfg!(debug_assertions) {
        return Err("a debug build is not worth measuring: run cargo run --release -p tests --bin bench".into());
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?;
    let program = std::env::current_exe()?;
    let folder = program.parent().ok_or("no folder")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    for (name, _) in std::env::vars().filter(|(name, _)| OF_THIS_PACKAGE.iter().any(|prefix| name.starts_with(prefix)))
    {
        command.env_remove(name);
    }
    let packages = ["-p", "api", "-p", "mailer-mock", "-p", "tests", "--bins"];
    let built = command
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", folder.parent().ok_or("no target folder")?)
        .args(["build", "--quiet", "--release", "--locked"])
        .args(packages)
        .status()
        .await
        .map_err(|error| format!("cargo: {error}"))?;
    if !built.success() {
        return Err("the server does not compile".into());
    }
    Ok(folder.to_owned())
}
