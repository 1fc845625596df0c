//! Secrets from files.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use mailer_mock::MailerMock;
use tempfile::TempDir;
use tests::{Client, Database, Installation, PASSWORD, Process, give_away};

const SECRET: &str = "a secret of thirty-two bytes or more";

fn write(path: &Path, content: impl AsRef<[u8]>, mode: u32) {
    fs::write(path, content).expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the owner may change the mode");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_can_come_from_files() {
    let folder = TempDir::new().expect("a folder");
    let mailer = MailerMock::start(mailer_mock::Config::ephemeral()).await;
    let mailer = mailer.expect("mailer-mock starts");
    let [smtp_url, secret_key] = [format!("smtp://{}\n", mailer.smtp_addr()), format!("{SECRET}\n")];
    for (name, content) in [
        ("database_url", "sqlite://db.sqlite\n"),
        ("secret_key", &secret_key),
        ("smtp_url", &smtp_url),
        ("webhook_url", "https://hooks.example.com/TOKEN\r\n"),
        ("webhook_secret", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"),
    ] {
        write(&folder.path().join(name), content, 0o600);
    }
    let environment = [
        ("HTTP_ADDR", "127.0.0.1:0"),
        ("DATABASE_URL_FILE", "database_url"),
        ("SMTP_URL_FILE", "smtp_url"),
        ("WEBHOOK_URL_FILE", "webhook_url"),
        ("WEBHOOK_SECRET_FILE", "webhook_secret"),
        // An empty variable counts as not set.
        ("SECRET_KEY", ""),
    ];
    let mut api = Process::api(folder.path(), &["--secret-key-file=secret_key"], &environment);
    let client = Client::new(api.listening().await);
    client.register("ada@example.com", PASSWORD).await.succeeds();
    mailer
        .mailbox()
        .wait_for("ada@example.com", None, crate::seconds(30))
        .await
        .expect("an email");
    assert_eq!(api.stop("TERM").await.0, Some(0));
    assert!(!folder.path().join("data").exists(), "a secret was created");

    // The value is that of the file, without the newline.
    let environment = [
        ("HTTP_ADDR", "127.0.0.1:0"),
        ("DATABASE_URL", "sqlite://db.sqlite"),
        ("SECRET_KEY", SECRET),
    ];
    Process::api(folder.path(), &[], &environment).listening().await;
    // Commands read the files too.
    let environment = [("DATABASE_URL_FILE", "database_url")];
    let (status, lines) = Process::api(folder.path(), &["users", "list"], &environment)
        .end()
        .await;
    assert_eq!(status, Some(0), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("ada@example.com")), "{lines:#?}");
}

/// Starts with a setting, and returns the error.
async fn error(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let environment = [&[("HTTP_ADDR", "127.0.0.1:0")], environment].concat();
    let (status, lines) = Process::api(folder, arguments, &environment).end().await;
    assert_eq!(status, Some(1), "{environment:?} {lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("hunter2")), "{lines:#?}");
    let mut errors: Vec<_> = lines.into_iter().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unusable_secret_file_ends_the_start_with_one_line() {
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let content = "hunter2, and thirty-two bytes or more";
    write(&path("good"), content, 0o640);
    write(&path("empty"), "", 0o600);
    write(&path("blank"), " \n", 0o600);
    write(&path("latin1"), b"hunter2 \xe4", 0o600);
    write(&path("large"), content.repeat(2000), 0o600);
    write(&path("readable"), content, 0o644);
    write(&path("changeable"), content, 0o660);
    fs::create_dir(path("folder")).expect("a folder");
    symlink(path("readable"), path("link")).expect("a link");
    let made = std::process::Command::new("mkfifo").arg(path("pipe")).status();
    assert!(made.expect("mkfifo").success());
    let mut cases = vec![
        ("missing", "No such file or directory (os error 2)"),
        ("empty", "it is empty; write the value into it"),
        ("blank", "it is empty; write the value into it"),
        ("latin1", "it is not text in UTF-8"),
        ("large", "it is larger than 64 KiB; write only the value into it"),
        (
            "readable",
            "other users can read or change it (mode 644); run chmod 600 on it",
        ),
        (
            "link",
            "other users can read or change it (mode 644); run chmod 600 on it",
        ),
        (
            "changeable",
            "other users can read or change it (mode 660); run chmod 600 on it",
        ),
        ("folder", "it is not a file"),
        ("pipe", "it is not a file"),
    ];
    // Only root can give files away.
    if rustix::process::geteuid().is_root() {
        write(&path("foreign"), content, 0o600);
        give_away(&path("foreign"));
        cases.push(("foreign", "it belongs to another user; run chown root on it"));
    }
    for (file, reason) in cases {
        let error = error(folder.path(), &[], &[("SECRET_KEY_FILE", file)]).await;
        let expected = format!("error: SECRET_KEY_FILE: cannot use {file}: {reason}");
        assert!(error.starts_with(&expected), "{error}");
    }
    // The group may be that of the server.
    let environment = [("HTTP_ADDR", "127.0.0.1:0"), ("SECRET_KEY_FILE", "good")];
    Process::api(folder.path(), &[], &environment).listening().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secret_is_either_a_value_or_a_file() {
    let folder = TempDir::new().expect("a folder");
    write(
        &folder.path().join("key"),
        "hunter2, and thirty-two bytes or more",
        0o600,
    );
    let file = ("SECRET_KEY_FILE", "key");
    let expected = "error: SECRET_KEY and SECRET_KEY_FILE: both are set; expected only one of them";
    assert_eq!(
        error(folder.path(), &[], &[("SECRET_KEY", SECRET), file]).await,
        expected
    );
    let flag = format!("--secret-key={SECRET}");
    assert_eq!(error(folder.path(), &[&flag], &[file]).await, expected);
    assert_eq!(
        error(folder.path(), &["--secret-key-file="], &[]).await,
        "error: SECRET_KEY_FILE: expected a file such as /run/secrets/secret_key, not \"\""
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_secret_in_a_file_is_not_shown() {
    let folder = TempDir::new().expect("a folder");
    for (name, content) in [
        ("DATABASE_URL", "mysql://ada:hunter2@localhost/accounts"),
        ("SECRET_KEY", "hunter2"),
        ("WEBHOOK_URL", "https://ada:hunter2@hooks.example.com"),
        ("WEBHOOK_SECRET", "--whsec_hunter2"),
    ] {
        write(&folder.path().join("secret"), content, 0o600);
        let file = format!("{name}_FILE");
        let error = error(folder.path(), &[], &[(&file, "secret")]).await;
        assert!(error.starts_with(&format!("error: {file}: expected ")), "{error}");
    }
    // This one is read when the mail server is first needed.
    write(&folder.path().join("secret"), "http://ada:hunter2@localhost", 0o600);
    let error = error(folder.path(), &[], &[("SMTP_URL_FILE", "secret")]).await;
    assert!(error.starts_with("error: SMTP_URL: expected smtp://"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn production_refuses_plain_text_smtp_unless_allowed() {
    let database = Database::sqlite();
    let installation = Installation::on(database.url()).await.with("APP_ENV", "production");
    let (status, lines) = installation.process().end().await;
    assert_eq!(status, Some(1), "{lines:#?}");
    let refused = |line: &String| line.starts_with("error: SMTP_URL: expected smtps://… or smtp://…?tls=required");
    assert!(lines.iter().any(refused), "{lines:#?}");

    let installation = installation.with("SMTP_ALLOW_PLAINTEXT", "true");
    let (_api, client) = installation.start().await;
    client.register("ada@example.com", PASSWORD).await.succeeds();
    let mailbox = installation.mailer.mailbox();
    mailbox
        .wait_for("ada@example.com", None, crate::seconds(30))
        .await
        .expect("an email");
}
