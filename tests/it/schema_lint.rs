//! The schema follows the rules of graphql-eslint, and graphql-inspector finds no breaking change.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;
use tests::git;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema");
const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// The path of the schema in every version of the repository.
const SCHEMA: &str = "api/schema.graphql";

/// Runs a script over schemas. Returns whether it passed, and its output.
fn run(script: &str, schemas: &[&str]) -> (bool, String) {
    let folder = TempDir::new().expect("a folder");
    let mut command = Command::new("node");
    command.arg(script).current_dir(FOLDER);
    for (number, schema) in schemas.iter().enumerate() {
        let file = folder.path().join(format!("{number}.graphql"));
        fs::write(&file, schema).expect("a file");
        command.arg(file);
    }
    let Output { status, stdout, stderr } = command.output().expect("node is there: run the tests with ./tests/run");
    let text = String::from_utf8_lossy(&stdout) + String::from_utf8_lossy(&stderr);
    (status.success(), text.into_owned())
}

/// The schema with one replacement.
fn with(old: &str, new: &str) -> String {
    let schema = api::graphql::sdl();
    assert!(schema.contains(old), "{old}");
    schema.replace(old, new)
}

#[test]
fn schema_follows_the_recommended_rules() {
    let (passed, output) = run("lint.mjs", &[&api::graphql::sdl()]);
    assert!(passed, "{output}");
}

#[test]
fn lint_reports_violations() {
    let (passed, output) = run("lint.mjs", &[&with("  id: ID!", "  user_id: ID!")]);
    assert!(!passed && output.contains("strict-id-in-types"), "{output}");
    assert!(output.contains("naming-convention"), "{output}");
}

/// The schema that clients rely on, with its name: the one of the newest tag before this commit. Without a tag or
/// Git, it is the original contract.
fn baseline(repository: &Path) -> (String, String) {
    let tagged = || {
        let tag = git(repository, &["describe", "--tags", "--abbrev=0"])?
            .trim()
            .to_owned();
        let schema = git(repository, &["show", &format!("{tag}:{SCHEMA}")])?;
        Some((tag, schema))
    };
    let contract = || {
        (
            "the contract".to_owned(),
            include_str!("../schema/contract.graphql").to_owned(),
        )
    };
    tagged().unwrap_or_else(contract)
}

#[test]
fn schema_breaks_no_client() {
    let (version, before) = baseline(Path::new(REPOSITORY));
    let (passed, output) = run("breaking.mjs", &[&before, &api::graphql::sdl()]);
    assert!(passed, "Clients that were written for {version} break:\n{output}");
}

#[test]
fn breaking_changes_are_reported() {
    let before = api::graphql::sdl();
    let removed = with("  codeLength: Int\n", "  digits: Int\n");
    let changed = with("  activatedAt: DateTime\n", "  activatedAt: String\n");
    let renamed = with("  CODE_EXPIRED\n", "  CODE_OVER\n");
    let required = with("input SignInInput {\n", "input SignInInput {\n  name: String!\n");
    for (after, named) in [
        (
            removed,
            "Field 'codeLength' was removed from object type 'RegisterPayload'\n",
        ),
        (
            changed,
            "Field 'User.activatedAt' changed type from 'DateTime' to 'String'\n",
        ),
        (
            renamed,
            "Enum value 'CODE_EXPIRED' was removed from enum 'UserErrorCode'\n",
        ),
        (
            required,
            "Input field 'name' of type 'String!' was added to input object type 'SignInInput'\n",
        ),
    ] {
        let (passed, output) = run("breaking.mjs", &[&before, &after]);
        assert!(!passed && output.contains(named), "{named} {output}");
    }
    let more = with("  CODE_EXPIRED\n", "  CODE_EXPIRED\n  \"More.\"\n  CODE_LOST\n");
    let (passed, output) = run("breaking.mjs", &[&before, &more]);
    assert!(passed, "{output}");
}

#[test]
fn contract_is_the_baseline_without_git() {
    let folder = TempDir::new().expect("a folder");
    assert_eq!(baseline(folder.path()).0, "the contract");
}

mod in_git {
    use super::*;

    #[test]
    fn newest_tag_is_the_baseline() {
        let folder = TempDir::new().expect("a folder");
        let repository = folder.path();
        let git = |arguments: &[&str]| {
            let who = [
                "-c",
                "user.name=Ada",
                "-c",
                "user.email=ada@example.com",
                "-c",
                "commit.gpgSign=false",
            ];
            super::git(repository, &[&who, arguments].concat()).unwrap_or_else(|| panic!("git {arguments:?}"))
        };
        let commit = |schema: &str| {
            fs::create_dir_all(repository.join("api")).expect("a folder");
            fs::write(repository.join(SCHEMA), schema).expect("a file");
            git(&["add", "--all"]);
            git(&["commit", "--quiet", "--message", "Change the schema"]);
        };
        git(&["init", "--quiet"]);
        commit("scalar First");
        assert_eq!(baseline(repository).0, "the contract");
        git(&["tag", "v1"]);
        commit("scalar Second");
        assert_eq!(baseline(repository), ("v1".to_owned(), "scalar First".to_owned()));
        git(&["tag", "v2"]);
        commit("scalar Third");
        assert_eq!(baseline(repository), ("v2".to_owned(), "scalar Second".to_owned()));
    }
}
