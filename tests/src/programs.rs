//! Programs that the tests run.

use tokio::process::Command;

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
