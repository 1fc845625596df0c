//! Running a program without the privileges of root, which some programs refuse and no file permission holds.

use std::path::Path;
use std::process::Command;

/// A user without privileges, for whoever is root; `None` for whoever has none to drop.
///
/// # Panics
/// When root finds nobody to be instead.
#[must_use]
pub fn unprivileged_user() -> Option<(u32, u32)> {
    if id(&["-u"])? != 0 {
        return None;
    }
    let user = ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)));
    Some(user.expect("a user postgres or nobody"))
}

/// Makes a command run as that user.
pub fn drop_privileges(command: &mut tokio::process::Command) {
    if let Some((user, group)) = unprivileged_user() {
        command.uid(user).gid(group);
    }
}

/// Gives a file or folder to that user.
///
/// # Panics
/// When that is not permitted.
pub fn give_away(path: &Path) {
    if let Some((user, group)) = unprivileged_user() {
        std::os::unix::fs::chown(path, Some(user), Some(group)).expect("root may give away");
    }
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
