//! A failed start prints one line and damages nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use entity::verification;
use sea_orm::{ConnectionTrait, EntityTrait};
use tests::{
    Client, Database, Installation, PASSWORD, Process, binary, drop_privileges, give_away, on_both_databases, take_back,
};
use tokio::process::Command;

/// Waits until a start fails, and returns the line with the reason.
async fn reason_of_failed_start(process: Process) -> String {
    let (status, mut lines) = process.end().await;
    assert_eq!(status, Some(1), "{lines:#?}");
    lines.retain(|line| !line.contains(" INFO "));
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].starts_with("error: DATABASE_URL: cannot "), "{lines:#?}");
    lines[0].clone()
}

/// Starts the binary with a limit on the size of files, which acts like a full disk.
fn start_on_small_disk(installation: &Installation, blocks: u32) -> Process {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\""))
        .arg(binary("api"));
    set_environment(&mut command, installation);
    Process::start(command)
}

fn set_environment(command: &mut Command, installation: &Installation) {
    let environment = installation.environment.iter();
    command
        .env_clear()
        .envs(environment.map(|(name, value)| (*name, value)));
}

fn file_of(database: &Database) -> &Path {
    Path::new(database.url().trim_start_matches("sqlite://"))
}

/// A database file with one user, closed properly.
async fn used_database() -> Database {
    let database = Database::sqlite();
    let installation = Installation::on(database.url()).await;
    let (api, client) = installation.start().await;
    client.register("ada@example.com", PASSWORD).await.succeeds();
    assert_eq!(api.stop("TERM").await.0, Some(0));
    database
}

async fn registrations(database: &Database) -> usize {
    let db = api::database::connect(database.url())
        .await
        .expect("the database opens");
    let rows = verification::Entity::find().all(&db).await;
    db.close().await.expect("the database closes");
    rows.expect("the database answers").len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn corrupt_database_is_not_overwritten() {
    let database = used_database().await;
    let whole = fs::read(file_of(&database)).expect("the file");
    let mut scratched = whole.clone();
    scratched[..100].fill(b'x');
    let mut torn = whole.clone();
    torn.truncate(whole.len() / 2);
    for corrupt in [b"my shopping list\n".repeat(100), scratched, torn] {
        fs::write(file_of(&database), &corrupt).expect("a file");
        let installation = Installation::on(database.url()).await;
        let line = reason_of_failed_start(installation.process()).await;
        assert!(fs::read(file_of(&database)).expect("the file") == corrupt, "{line}");
    }
    // The original file still works.
    fs::write(file_of(&database), whole).expect("a file");
    assert_eq!(registrations(&database).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn read_only_database_is_left_unchanged() {
    let database = used_database().await;
    let file = file_of(&database);
    let folder = file.parent().expect("a folder");
    // Root may write read-only files, so another user runs a copy of the program that it can read.
    let program = folder.join("api");
    fs::copy(binary("api"), &program).expect("a copy");
    for (path, mode) in [(file, 0o400), (folder, 0o555)] {
        let before = fs::read(file).expect("the file");
        give_away(folder);
        give_away(file);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the owner may change the mode");
        let installation = Installation::on(database.url()).await;
        let mut command = Command::new(&program);
        command.current_dir(folder);
        set_environment(&mut command, &installation);
        drop_privileges(command.as_std_mut());
        let line = reason_of_failed_start(Process::start(command)).await;
        assert!(line.contains("readonly"), "{line}");
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).expect("the owner may change the mode");
        assert!(fs::read(file).expect("the file") == before, "{line}");
    }
    for entry in fs::read_dir(folder).expect("a folder") {
        take_back(&entry.expect("a file").path());
    }
    assert_eq!(registrations(&database).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_disk_damages_nothing() {
    let database = used_database().await;
    let file = file_of(&database);
    let before = fs::read(file).expect("the file");
    let empty = Database::sqlite();
    for url in [database.url(), empty.url()] {
        let installation = Installation::on(url).await;
        reason_of_failed_start(start_on_small_disk(&installation, 32)).await;
    }
    assert!(fs::read(file).expect("the file") == before);
    assert_eq!(registrations(&database).await, 1);
    // The next start succeeds once there is space.
    let (_api, client) = Installation::on(empty.url()).await.start().await;
    client.register("ada@example.com", PASSWORD).await.succeeds();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_disk_loses_no_acknowledged_registration() {
    let database = Database::sqlite();
    let installation = Installation::on(database.url()).await;
    let mut api = start_on_small_disk(&installation, 1_000);
    let client = Client::new(api.listening().await);
    let mut acknowledged = 0;
    let failed = loop {
        let answer = client
            .register(&format!("user{acknowledged}@example.com"), PASSWORD)
            .await;
        if answer.outcome() != "OK" {
            break answer;
        }
        acknowledged += 1;
    };
    failed.has_top_level_error("INTERNAL_SERVER_ERROR");
    assert!(!failed.body.to_string().contains("disk"), "{}", failed.body);
    assert!(acknowledged > 0);
    api.kill().await;

    let (_api, client) = installation.start().await;
    for number in 0..acknowledged {
        let user = client.basic(&format!("user{number}@example.com"), PASSWORD);
        user.me().await.is_pending();
    }
    client.register("ada@example.com", PASSWORD).await.succeeds();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unusable_breached_passwords_file_ends_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("passwords.txt");
    let [high, low] = ["F", "0"].map(|digit| digit.repeat(40));
    for (content, reason) in [
        (None, "No such file or directory (os error 2)"),
        (Some(String::new()), "it is empty"),
        (
            Some(format!("{high}:1\r\n{low}:2\r\n")),
            "its lines are not in ascending order",
        ),
        (
            Some("8846F7EAEE8FB117AD06BDD830B7586C:3\n".to_owned()),
            "its hashes are NTLM hashes",
        ),
        (
            Some("hunter2\n".to_owned()),
            "it has a line that is not 40 hexadecimal digits, a colon and a count",
        ),
    ] {
        if let Some(content) = content {
            fs::write(&path, content).expect("a file");
        }
        check_breached_passwords_error(&path, reason).await;
    }
    check_breached_passwords_error(folder.path(), "it is not a regular file").await;
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().await;
    assert!(made.expect("mkfifo runs").success());
    check_breached_passwords_error(&pipe, "it is not a regular file").await;
}

async fn check_breached_passwords_error(path: &Path, reason: &str) {
    let path = path.to_str().expect("a path in UTF-8");
    let database = Database::sqlite();
    let installation = Installation::on(database.url()).await.with("BREACHED_PASSWORDS", path);
    let (status, lines) = installation.process().end().await;
    let expected = format!("error: BREACHED_PASSWORDS: cannot use {path}: {reason}; expected the SHA-1 file of ");
    assert_eq!(status, Some(1), "{lines:#?}");
    assert!(
        matches!(&lines[..], [line] if line.starts_with(&expected)),
        "{lines:#?}"
    );
    assert!(!lines[0].contains("hunter2"), "{lines:#?}");
    assert!(!file_of(&database).exists(), "the database was opened");
}

#[on_both_databases]
async fn incompatible_newer_schema_is_left_unchanged(database: Database) {
    let db = migrate(&database).await;
    db.execute_unprepared("UPDATE schema_compatibility SET minimum_version = 2")
        .await
        .expect("the database answers");
    let line = reason_of_failed_start(Installation::on(database.url()).await.process()).await;
    assert!(line.contains("schema version 2"), "{line}");
}

#[on_both_databases]
async fn compatible_newer_schema_is_accepted(database: Database) {
    let db = migrate(&database).await;
    db.execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20991231_000001_later', 0)")
        .await
        .expect("the database answers");
    let (_api, client) = Installation::on(database.url()).await.start().await;
    client.register("ada@example.com", PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn unknown_schema_is_left_unchanged(database: Database) {
    let db = migrate(&database).await;
    db.execute_unprepared("UPDATE seaql_migrations SET version = 'm20200101_000001_something_else'")
        .await
        .expect("the database answers");
    let line = reason_of_failed_start(Installation::on(database.url()).await.process()).await;
    assert!(line.contains("use an empty database"), "{line}");
}

async fn migrate(database: &Database) -> sea_orm::DatabaseConnection {
    let db = api::database::connect(database.url())
        .await
        .expect("the database opens");
    api::database::migrate(&db).await.expect("the database migrates");
    db
}

mod postgres {
    use sea_orm::ConnectionTrait;
    use tests::{Installation, PASSWORD, Postgres};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn connection_error_gives_the_reason_and_hides_the_password() {
        let postgres = Postgres::start().await;
        let (user, password, address) = ("postgres", Postgres::PASSWORD, postgres.address().to_string());
        for (user, password, address, database, reason) in [
            (
                user,
                "another-password",
                address.as_str(),
                "postgres",
                "password authentication failed",
            ),
            (
                "nobody",
                password,
                &address,
                "postgres",
                "password authentication failed",
            ),
            (
                user,
                password,
                &address,
                "another_database",
                "database \"another_database\" does not exist",
            ),
            (
                user,
                password,
                "127.0.0.1:1",
                "postgres",
                "cannot connect to 127.0.0.1:1: Connection refused",
            ),
            (
                user,
                password,
                "nowhere.invalid",
                "postgres",
                "cannot connect to nowhere.invalid:5432: ",
            ),
            (
                user,
                password,
                "one.invalid,two.invalid",
                "postgres",
                "cannot connect to one.invalid,two.invalid:5432: ",
            ),
        ] {
            let url = format!("postgres://{user}:{password}@{address}/{database}");
            let line = super::reason_of_failed_start(Installation::on(&url).await.process()).await;
            assert!(line.contains(reason), "{line}");
            assert!(!line.contains(password), "{line}");
        }
    }

    /// PostgreSQL refuses more connections than the role may have, and the pool does not wait for one of its own.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn small_pool_suits_a_database_with_few_connections() {
        let postgres = Postgres::start().await;
        let admin = api::database::connect(&postgres.url())
            .await
            .expect("the database opens");
        let role = format!(
            "CREATE ROLE few LOGIN PASSWORD '{}' CONNECTION LIMIT 3",
            Postgres::PASSWORD
        );
        admin.execute_unprepared(&role).await.expect("a role");
        admin
            .execute_unprepared("CREATE DATABASE few OWNER few")
            .await
            .expect("a database");
        let url = format!("postgres://few:{}@{}/few", Postgres::PASSWORD, postgres.address());
        let mut installation = Installation::on(&url).await;
        installation.environment.push(("DATABASE_POOL", "3".to_owned()));
        let (_api, client) = installation.start().await;
        let registrations = (0..20).map(|number| {
            let client = client.clone();
            tokio::spawn(async move { client.register(&format!("user{number}@example.com"), PASSWORD).await })
        });
        for registration in registrations.collect::<Vec<_>>() {
            registration.await.expect("an answer").succeeds();
        }
    }
}
