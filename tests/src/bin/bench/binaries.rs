//! Builds the binaries that are measured, so that they are never out of date.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;

use crate::Outcome;

/// The paths of the binaries.
pub(crate) struct Binaries {
    pub(crate) api: PathBuf,
    pub(crate) mailer_mock: PathBuf,
}

impl Binaries {
    /// Builds them with cargo, together with this program's own package, so that they share their dependencies.
    pub(crate) async fn build() -> Outcome<Self> {
        if cfg!(debug_assertions) {
            return Err("a debug build is not worth measuring: run cargo run --release -p tests --bin bench".into());
        }
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_this_package(name)) {
            command.env_remove(name);
        }
        if let Some(folder) = target_folder() {
            command.env("CARGO_TARGET_DIR", folder);
        }
        let built = command
            .current_dir(workspace)
            .args([
                "build",
                "--release",
                "--locked",
                "--message-format=json-render-diagnostics",
            ])
            .args([
                "-p",
                "api",
                "-p",
                "mailer-mock",
                "-p",
                "tests",
                "--bin",
                "api",
                "--bin",
                "mailer-mock",
            ])
            .stderr(Stdio::inherit())
            .output()
            .await
            .map_err(|error| format!("cargo: {error}"))?;
        if !built.status.success() {
            return Err("the server does not compile".into());
        }
        let messages = String::from_utf8(built.stdout)?;
        let find = |name| executable(&messages, name).ok_or_else(|| format!("cargo did not report the path of {name}"));
        Ok(Self {
            api: find("api")?,
            mailer_mock: find("mailer-mock")?,
        })
    }
}

/// The folder in which cargo built this program, to build the rest there too. Cargo keeps a lock file in it.
fn target_folder() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let profile = program.parent()?;
    profile
        .join(".cargo-lock")
        .exists()
        .then(|| profile.parent().map(Path::to_owned))?
}

/// Whether `cargo run` sets this variable for its child. When such a variable changes, some build scripts (for example that
/// of ring) run again, and half of the server is compiled again.
fn is_of_this_package(name: &OsStr) -> bool {
    let prefixes = [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_CRATE_",
        "CARGO_PRIMARY_",
    ];
    let name = name.to_str().unwrap_or_default();
    prefixes.iter().any(|prefix| name.starts_with(prefix))
}

fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let named = message["target"]["name"] == name;
        message["executable"].as_str().filter(|_| named).map(PathBuf::from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_of_a_binary_is_in_the_messages_of_cargo() {
        let messages = r#"{"target":{"name":"api"},"executable":null}
{"target":{"name":"mailer-mock"},"executable":"/t/mailer-mock"}
{"target":{"name":"api"},"executable":"/t/api"}
{"reason":"build-finished"}"#;
        assert_eq!(executable(messages, "api"), Some("/t/api".into()));
        assert_eq!(executable(messages, "tests"), None);
    }
}
