//! The server of the newest tag works on the schema of this version: beside a server of this version, as in a rolling
//! update, and after it, when an update is rolled back.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tests::{Client, Database, Installation, PASSWORD, binary, git};
use tokio::sync::OnceCell;

use crate::seconds;

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The program of the newest tag, which this builds if there is one.
async fn previous() -> Option<PathBuf> {
    static PROGRAM: OnceCell<Option<PathBuf>> = OnceCell::const_new();
    let program = PROGRAM.get_or_init(|| async {
        let Some(tag) = git(Path::new(REPOSITORY), &["describe", "--tags", "--abbrev=0"]) else {
            println!("There is no tag, so there is no previous version to test.");
            return None;
        };
        let built = tokio::task::spawn_blocking(move || build(tag.trim()));
        Some(built.await.expect("the tag can be built"))
    });
    program.await.clone()
}

/// Builds the server of a tag, in a folder that is kept, so that the next time is fast.
fn build(tag: &str) -> PathBuf {
    let folder = binary("previous").join(tag.replace('/', "-"));
    let (source, target) = (folder.join("source"), folder.join("target"));
    if !source.exists() {
        let partial = tempfile::TempDir::with_prefix_in("source", folder_of(&folder)).expect("a folder");
        let archive = partial.path().join("archive.tar");
        let path = archive.to_str().expect("UTF-8");
        git(Path::new(REPOSITORY), &["archive", "--output", path, tag]).expect("the tag can be read");
        let unpacked = partial.path().join("source");
        fs::create_dir(&unpacked).expect("a folder");
        run(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&unpacked));
        fs::rename(&unpacked, &source).expect("a folder can be moved");
    }
    run(Command::new("cargo")
        .args(["build", "--locked", "-p", "api", "--bins", "--no-default-features"])
        .current_dir(&source)
        // GraphiQL is not used.
        .env("GRAPHIQL_FROM", "cdn")
        .env("CARGO_TARGET_DIR", &target));
    target.join("debug/api")
}

/// The folder, which this creates.
fn folder_of(path: &Path) -> &Path {
    fs::create_dir_all(path).expect("a folder");
    path
}

fn run(command: &mut Command) {
    let output = command.output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{text}");
}

/// What a user does, alternately with two servers.
async fn use_account(email: &str, one: &Client, other: &Client, installation: &Installation) {
    one.register(email, PASSWORD).await.succeeds();
    let mailbox = installation.mailer.mailbox();
    let mail = mailbox.wait_for(email, None, seconds(30)).await.expect("an email");
    other.basic(email, PASSWORD).activate(&mail.codes[0]).await.succeeds();
    let token = one.sign_in(email, PASSWORD).await.session_token();
    other.bearer(&token).me().await.is_active();
    one.bearer(&token).sign_out().await.succeeds();
    other.bearer(&token).me().await.is_unauthenticated();
}

mod slow {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn newest_tag_serves_beside_this_version() {
        let Some(program) = previous().await else { return };
        let database = Database::postgres().await;
        let installation = Installation::on(database.url()).await;
        let (_new_process, new) = installation.start().await;
        let (_old_process, old) = installation.start_program(&program).await;
        use_account("ada@example.com", &new, &old, &installation).await;
        use_account("bob@example.com", &old, &new, &installation).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn newest_tag_serves_after_this_version() {
        let Some(program) = previous().await else { return };
        let database = Database::sqlite();
        let installation = Installation::on(database.url()).await;
        let (process, new) = installation.start().await;
        use_account("ada@example.com", &new, &new, &installation).await;
        process.stop("TERM").await;
        let (process, old) = installation.start_program(&program).await;
        old.sign_in("ada@example.com", PASSWORD).await.succeeds();
        use_account("bob@example.com", &old, &old, &installation).await;
        process.stop("TERM").await;
        let (_process, new) = installation.start().await;
        new.sign_in("bob@example.com", PASSWORD).await.succeeds();
    }
}
