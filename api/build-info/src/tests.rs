use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::source::{COMMIT, DATE, describe};

const UNKNOWN: &str = "built outside of git, commit unknown";

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_AUTHOR_DATE", "2026-02-28T23:30:00-02:00")
        .env("GIT_COMMITTER_DATE", "2026-02-28T23:30:00-02:00")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

#[test]
fn release_names_its_commit_and_date() {
    let repository = TempDir::new().expect("a folder");
    let package = repository.path().join("api/build-info");
    fs::create_dir_all(&package).expect("a folder");
    git(repository.path(), &["init", "--quiet"]);
    git(
        repository.path(),
        &["commit", "--quiet", "--allow-empty", "--message=One"],
    );
    let commit = git(repository.path(), &["rev-parse", "HEAD"]);

    let description = describe(&package, |_| None);
    assert_eq!(description, format!("commit {}, 2026-03-01", &commit[..12]));
    // A build from the same commit is the same, and variables replace both.
    assert_eq!(describe(&package, |_| None), description);
    let variables = |name: &str| match name {
        COMMIT => Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        DATE => Some("1709210096".to_owned()),
        _ => None,
    };
    assert_eq!(describe(&package, variables), "commit 0123456789ab, 2024-02-29");
    // This folder is part of the repository, but it is another project's.
    assert_eq!(describe(repository.path(), |_| None), UNKNOWN);
}

#[test]
fn build_without_git_says_so() {
    let folder = TempDir::new().expect("a folder");
    assert_eq!(describe(folder.path(), |_| None), UNKNOWN);
    let nonsense = |_: &str| Some("main\nmain".to_owned());
    assert_eq!(describe(folder.path(), nonsense), UNKNOWN);
    let date = |name: &str| (name == DATE).then(|| "0".to_owned());
    assert_eq!(describe(folder.path(), date), format!("{UNKNOWN}, 1970-01-01"));
}

#[test]
fn version_begins_with_that_of_the_package() {
    let version = crate::VERSION;
    assert!(
        version.starts_with(concat!(env!("CARGO_PKG_VERSION"), " (")) && version.ends_with(')'),
        "{version}"
    );
}
