//! All servers of one database have the same secret key.

use std::fs;
use std::path::Path;

use sea_orm::ConnectionTrait;
use tempfile::TempDir;
use tests::{Database, Installation, Process, on_both_databases};

pub(crate) const OTHER_KEY: &str = "another secret of thirty-two bytes or more";

pub(crate) async fn reason_of_failed_start(process: Process) -> String {
    let (status, lines) = process.end().await;
    assert_eq!(status, Some(1), "{lines:#?}");
    let reason = lines.iter().find(|line| line.starts_with("error: SECRET_KEY: "));
    reason.unwrap_or_else(|| panic!("{lines:#?}")).clone()
}

#[on_both_databases]
async fn server_with_another_key_does_not_start(database: Database) {
    let installation = Installation::on(database.url()).await;
    let (first, _) = installation.start().await;
    let other = Installation::on(database.url()).await.with("SECRET_KEY", OTHER_KEY);
    let reason = reason_of_failed_start(other.process()).await;
    assert!(reason.contains("DELETE FROM secret_key_check"), "{reason}");
    assert!(!reason.contains(OTHER_KEY), "{reason}");
    let (replica, _) = installation.start().await;

    // What the error says helps.
    for server in [first, replica] {
        server.stop("KILL").await;
    }
    let db = api::database::connect(database.url()).await.expect("a connection");
    let deleted = db.execute_unprepared("DELETE FROM secret_key_check").await;
    deleted.expect("the row is deleted");
    db.close().await.expect("the connection closes");
    let (_other, client) = other.start().await;
    assert_eq!(client.me().await.status, 200);
    reason_of_failed_start(installation.process()).await;
}

#[on_both_databases]
async fn concurrent_first_starts_agree_on_one_key(database: Database) {
    let migrated = api::database::connect(database.url()).await.expect("a connection");
    api::database::migrate(&migrated).await.expect("the database migrates");
    migrated.close().await.expect("the connection closes");
    let installation = Installation::on(database.url()).await;
    let other = Installation::on(database.url()).await.with("SECRET_KEY", OTHER_KEY);
    let mut servers: Vec<_> = (0..3).flat_map(|_| [installation.process(), other.process()]).collect();
    let started = servers.iter_mut().map(|server| server.find_line("the API listens on"));
    let started: Vec<_> = futures_util::future::join_all(started)
        .await
        .iter()
        .map(Result::is_ok)
        .collect();
    let of_first: Vec<_> = started.iter().copied().step_by(2).collect();
    let of_other: Vec<_> = started.iter().copied().skip(1).step_by(2).collect();
    assert_ne!(of_first[0], of_other[0], "{started:?}");
    assert_eq!((of_first, of_other), (vec![started[0]; 3], vec![started[1]; 3]));
}

/// Starts with nothing but defaults, apart from the ports.
fn start_with_defaults(folder: &Path) -> Process {
    let ports = ["HTTP_ADDR", "MAILER_MOCK_SMTP", "MAILER_MOCK_HTTP"];
    Process::api(folder, &[], &ports.map(|name| (name, "127.0.0.1:0")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleted_key_file_is_named() {
    let folder = TempDir::new().expect("a folder");
    let mut first = start_with_defaults(folder.path());
    first.listening().await;
    first.stop("KILL").await;
    let file = folder.path().join("data/secret.key");
    let key = fs::read(&file).expect("the key");
    fs::remove_file(&file).expect("the file is deleted");
    let reason = reason_of_failed_start(start_with_defaults(folder.path())).await;
    assert!(reason.contains("data/secret.key"), "{reason}");
    fs::write(&file, key).expect("the key is restored");
    start_with_defaults(folder.path()).listening().await;
}
