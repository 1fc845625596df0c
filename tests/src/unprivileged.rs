//! Programs that run without the privileges of root: some refuse to run with them, and root ignores file permissions.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Makes a command run as an unprivileged user, if this process runs as root.
pub fn drop_privileges(command: &mut Command) {
    if let Some((user, group)) = unprivileged_user() {
        command.uid(user).gid(group);
    }
}

/// Makes the same user the owner of a file or folder.
///
/// # Panics
/// When the owner cannot be changed.
pub fn give_away(path: &Path) {
    if let Some((user, group)) = unprivileged_user() {
        std::os::unix::fs::chown(path, Some(user), Some(group)).expect("root may change the owner");
    }
}

/// Makes this process's user the owner of a file again.
///
/// # Panics
/// When the owner cannot be changed.
pub fn take_back(path: &Path) {
    let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
    std::os::unix::fs::chown(path, Some(user.as_raw()), Some(group.as_raw())).expect("the owner can be changed");
}

/// The user and group to run as; `None` when this process has no privileges to drop.
fn unprivileged_user() -> Option<(u32, u32)> {
    if id(&["-u"])? != 0 {
        return None;
    }
    let user = ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)));
    Some(user.expect("a user postgres or nobody"))
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
