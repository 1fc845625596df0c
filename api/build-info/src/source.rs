//! From which commit the sources are, and of which date.

use std::path::Path;
use std::process::Command;

use time::OffsetDateTime;

/// The variable with the commit, for builds without git.
pub(crate) const COMMIT: &str = "GIT_COMMIT";

/// The variable with the date in seconds since 1970, as reproducible builds define it.
pub(crate) const DATE: &str = "SOURCE_DATE_EPOCH";

/// The commit and its date, such as `commit 1fb5f7b0c1d2, 2026-11-26`. It does not include
/// the time of the build, so that a second build is the same.
pub(crate) fn describe(folder: &Path, variable: impl Fn(&str) -> Option<String>) -> String {
    let variable = |name| variable(name).filter(|value| !value.is_empty());
    let git = is_repository(folder);
    let from_git = |arguments: &[&str]| git.then(|| run(folder, arguments)).flatten();
    let commit = variable(COMMIT).or_else(|| from_git(&["rev-parse", "HEAD"]));
    let commit = commit.filter(|commit| commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let seconds = variable(DATE).or_else(|| from_git(&["log", "-1", "--format=%ct"]));
    let instant = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds.parse().ok()?).ok());
    let commit = commit.map_or_else(
        || "built outside of git, commit unknown".to_owned(),
        |commit| format!("commit {}", &commit[..commit.len().min(12)]),
    );
    match instant {
        Some(instant) => format!("{commit}, {}", instant.date()),
        None => commit,
    }
}

/// The files of git that change with the commit.
#[cfg_attr(test, expect(dead_code, reason = "only the build script needs it"))]
pub(crate) fn git_files(folder: &Path) -> Vec<String> {
    if !is_repository(folder) {
        return Vec::new();
    }
    // HEAD changes with the branch, and its log with the commit.
    let paths = ["HEAD", "logs/HEAD"].map(|name| run(folder, &["rev-parse", "--git-path", name]));
    let paths = paths.into_iter().flatten();
    paths.filter(|path| folder.join(path).exists()).collect()
}

/// Whether the folder is this package in a repository, and not an archive that was unpacked in another repository.
fn is_repository(folder: &Path) -> bool {
    run(folder, &["rev-parse", "--show-prefix"]).as_deref() == Some("api/build-info/")
}

fn run(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).current_dir(folder).output().ok()?;
    let text = String::from_utf8(output.stdout)
        .ok()
        .filter(|_| output.status.success())?;
    Some(text.trim().to_owned())
}
