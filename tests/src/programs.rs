//! Programs that the tests run.

use std::path::Path;

use tokio::process::Command;

/// The output of Git in a folder, if it succeeds.
#[must_use]
pub fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = std::process::Command::new("git");
    // A Git hook that runs the tests sets these.
    command.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE");
    let output = command.arg("-C").arg(folder).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}

/// Runs a program to its end.
///
/// # Panics
/// When it is not installed, or fails: the message holds its output.
pub async fn succeeds(command: &mut Command) {
    let output = command.kill_on_drop(true).output().await;
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}: ./tests/run installs it"));
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
