//! `api doctor` says what is wrong and what to do, with the real binary, a mail server and both databases.

mod proxy;

use mailer_mock::MailerMock;
use serde_json::Value;
use tests::{Database, binary, on_both_databases};
use tokio::process::Command;

const KEY: &str = "a secret of thirty-two bytes or more";
const PASSWORD: &str = "the-password-of-the-mail-server";

/// A mail server that wants a login.
async fn mail_server() -> MailerMock {
    let config = mailer_mock::Config {
        auth: Some(format!("ada:{PASSWORD}").parse().expect("credentials")),
        ..mailer_mock::Config::ephemeral()
    };
    MailerMock::start(config).await.expect("mailer-mock starts")
}

/// The exit code, and what is said about each check. Other settings replace those of a healthy installation.
async fn examine(database: &Database, mailer: &MailerMock, others: &[(&str, &str)]) -> (Option<i32>, Vec<Value>) {
    let output = Command::new(binary("api"))
        .args(["doctor", "--json"])
        .env_clear()
        .env("DATABASE_URL", database.url())
        .env("SMTP_URL", format!("smtp://ada:{PASSWORD}@{}", mailer.smtp_addr()))
        .env("SECRET_KEY", KEY)
        .envs(others.iter().copied())
        .output()
        .await
        .expect("`api` is built");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    for secret in [KEY, PASSWORD] {
        assert!(!text.contains(secret), "{text}");
    }
    let findings = text.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    (output.status.code(), findings.collect())
}

/// What is said about a check that found something wrong.
async fn complaint(database: &Database, mailer: &MailerMock, others: &[(&str, &str)], check: &str) -> String {
    let (code, findings) = examine(database, mailer, others).await;
    assert_eq!(code, Some(1), "{findings:#?}");
    let found = findings.iter().find(|finding| finding["check"] == check);
    let found = found.unwrap_or_else(|| panic!("{findings:#?}"));
    assert_eq!(found["ok"], false, "{found}");
    found["message"].as_str().expect("a text").to_owned()
}

async fn migrated(database: &Database) {
    let db = api::database::connect(database.url()).await.expect("a connection");
    api::database::migrate(&db).await.expect("the database migrates");
    db.close().await.expect("the connection closes");
}

#[on_both_databases]
async fn healthy_installation_is_ok_and_sends_nothing(database: Database) {
    migrated(&database).await;
    let mailer = mail_server().await;
    let (code, findings) = examine(&database, &mailer, &[]).await;
    assert_eq!(code, Some(0), "{findings:#?}");
    let checks: Vec<_> = findings.iter().map(|finding| finding["check"].clone()).collect();
    assert_eq!(
        checks,
        [
            "secret key",
            "database",
            "schema",
            "same key",
            "clock",
            "mail server",
            "sender"
        ]
    );
    assert!(mailer.mailbox().messages().is_empty());
}

#[on_both_databases]
async fn faults_of_the_mail_server_are_named(database: Database) {
    migrated(&database).await;
    let mailer = mail_server().await;
    let address = mailer.smtp_addr();
    for (url, expected) in [
        (
            format!("smtp://ada:wrong@{address}"),
            "login: refused with 535; check the user and the password",
        ),
        (
            format!("smtp://ada:{PASSWORD}@{address}?tls=required"),
            "STARTTLS: the certificate or the encryption is not valid; check the host",
        ),
        (
            "smtp://127.0.0.1:1".to_owned(),
            "connect: connection refused; check the host, the port",
        ),
        ("smtp://127.0.0.1/path".to_owned(), "expected smtp://HOST:PORT"),
    ] {
        let said = complaint(&database, &mailer, &[("SMTP_URL", &url)], "mail server").await;
        assert!(said.contains(expected), "{said}");
    }
}

#[on_both_databases]
async fn faults_of_the_database_and_the_key_are_named(database: Database) {
    let mailer = mail_server().await;
    let missing = [("DATABASE_URL", "sqlite:///tmp/no-such-folder/registration.sqlite")];
    let said = complaint(&database, &mailer, &missing, "database").await;
    assert!(said.contains("the file does not exist"), "{said}");
    let refused = [("DATABASE_URL", "postgres://ada@127.0.0.1:1/accounts")];
    let said = complaint(&database, &mailer, &refused, "database").await;
    assert!(said.contains("cannot connect to 127.0.0.1:1"), "{said}");

    migrated(&database).await;
    let db = api::database::connect(database.url()).await.expect("a connection");
    let change = async |sql: &str| {
        let done = sea_orm::ConnectionTrait::execute_unprepared(&db, sql).await;
        done.expect("the database answers");
    };
    change("INSERT INTO secret_key_check (id, digest) VALUES (1, '')").await;
    let said = complaint(&database, &mailer, &[], "same key").await;
    assert!(said.contains("rotate it as docs/operations.md describes"), "{said}");
    change("UPDATE schema_compatibility SET minimum_version = 1000").await;
    let said = complaint(&database, &mailer, &[], "schema").await;
    assert!(said.contains("a newer server requires schema version 1000"), "{said}");
}

#[tokio::test]
async fn production_needs_tls_a_public_sender_and_its_settings() {
    let database = Database::sqlite();
    migrated(&database).await;
    let mailer = mail_server().await;
    let production = ("APP_ENV", "production");
    for sender in [
        "a@localhost",
        "a@mail",
        "a@mail.internal",
        "a@example.com",
        "a@mail.example.org",
    ] {
        let said = complaint(&database, &mailer, &[production, ("MAIL_FROM", sender)], "sender").await;
        assert!(said.contains("use one that you own"), "{said}");
    }
    let public = [production, ("MAIL_FROM", "Tansy <no-reply@tansy.dev>")];
    let (_, findings) = examine(&database, &mailer, &public).await;
    let sender = findings.iter().find(|finding| finding["check"] == "sender");
    assert_eq!(sender.expect("a finding")["ok"], true, "{findings:#?}");
    let said = complaint(&database, &mailer, &public, "mail server").await;
    assert!(
        said.starts_with("SMTP_URL: expected smtps://… or smtp://…?tls=required"),
        "{said}"
    );
    let allowed = [public[0], public[1], ("SMTP_ALLOW_PLAINTEXT", "true")];
    let (_, findings) = examine(&database, &mailer, &allowed).await;
    let server = findings.iter().find(|finding| finding["check"] == "mail server");
    assert_eq!(server.expect("a finding")["ok"], true, "{findings:#?}");
    let unset = [production, ("SECRET_KEY", "")];
    let said = complaint(&database, &mailer, &unset, "secret key").await;
    assert!(said.starts_with("SECRET_KEY: not set"), "{said}");
}

#[tokio::test]
async fn nothing_is_created() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let output = Command::new(binary("api"))
        .args(["doctor", "--json"])
        .env_clear()
        .current_dir(folder.path())
        .output()
        .await
        .expect("`api` is built");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("DATABASE_URL: the file does not exist"), "{text}");
    assert_eq!(folder.path().read_dir().expect("the folder").count(), 0, "{text}");
}
