//! The programs of others.

use tokio::process::Command;

/// Runs a program to its end, which is to be a good one.
///
/// # Panics
/// When it is not there, or fails: with all that it said.
pub async fn succeeds(command: &mut Command) {
    let output = command.kill_on_drop(true).output().await;
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}: run the tests with ./tests/run"));
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
