//! Third-party clients send to mailer-mock and read from it. `./tests/run` installs them, and lists those that it could
//! not install.

mod manual;

use std::path::Path;

use mailer_mock::{Config, MailerMock, Message};
use tokio::process::Command;
use tokio::time::timeout;

use crate::support::{GIVE_UP_AFTER, get, start};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/mailer-mock");

/// A program by its name, or by the path in the environment variable of that name.
fn program(name: &str) -> Command {
    let variable = name.to_uppercase().replace('-', "_");
    let chosen = std::env::var_os(variable).filter(|path| !path.is_empty());
    let mut command = Command::new(chosen.unwrap_or_else(|| name.into()));
    command.current_dir(FOLDER).kill_on_drop(true);
    command
}

async fn succeeds(mut command: Command) {
    let output = timeout(GIVE_UP_AFTER, command.output()).await.expect("it ends");
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}: run the tests with ./tests/run"));
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

async fn requiring_a_login() -> MailerMock {
    let config = Config {
        auth: "ada:s\u{e9}cret".parse().ok(),
        ..Config::ephemeral()
    };
    MailerMock::start(config).await.expect("free ports")
}

/// Writes the certificate to a file, for clients that verify it.
fn certificate_file(mock: &MailerMock, folder: &Path) -> String {
    let file = folder.join("certificate.pem");
    std::fs::write(&file, mock.certificate().expect("STARTTLS is on")).expect("a file");
    file.to_str().expect("text").to_owned()
}

fn assert_delivered(message: &Message, to: &str) {
    let recipients: Vec<&str> = message.to.iter().map(|to| to.address.as_str()).collect();
    assert_eq!(
        (recipients, message.codes.as_slice()),
        (vec![to], ["4466".to_owned()].as_slice())
    );
    assert_eq!(message.subject, "4466 ist Ihr Code f\u{fc}r heute");
}

/// Runs a script that sends two messages over one connection with verified TLS and a login, the second one to a
/// non-ASCII address.
async fn delivers_two(mut command: Command) {
    let mock = requiring_a_login().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    command
        .arg(mock.smtp_addr().port().to_string())
        .arg(certificate_file(&mock, folder.path()));
    succeeds(command).await;
    let messages = mock.mailbox().messages();
    assert_eq!(messages.len(), 2);
    assert_delivered(&messages[1], "ada@example.com");
    assert_delivered(&messages[0], "j\u{f6}rg@example.com");
}

#[tokio::test]
async fn nodemailer_delivers() {
    let mut command = program("node");
    command.arg("nodemailer.mjs");
    delivers_two(command).await;
}

#[tokio::test]
async fn nodemailer_sends_pictures_files_and_international_text() {
    let mock = start().await;
    let mut command = program("node");
    command
        .arg("nodemailer_mime.mjs")
        .arg(mock.smtp_addr().port().to_string());
    succeeds(command).await;
    for address in ["ada@b\u{fc}cher.example", "Ada@XN--BCHER-KVA.example"] {
        assert_eq!(mock.mailbox().messages_to(address).len(), 1, "{address}");
    }
    let message = mock.mailbox().messages().remove(0);
    assert!(
        message
            .subject
            .ends_with("認証コードは482913です。有効期限は10分間です。"),
        "{}",
        message.subject
    );
    assert_eq!(
        (message.text.as_str(), message.codes.as_slice()),
        ("認証コード：482 913\n", ["482913".to_owned()].as_slice())
    );
    let files: Vec<(&str, bool)> = message
        .attachments
        .iter()
        .map(|a| (a.file_name.as_str(), a.inline))
        .collect();
    assert_eq!(
        files,
        [("ロゴ.png", true), ("ご利用規約.txt", false), ("log.txt", true)]
    );
    let (_, html) = get(&mock, "/view/latest.html").await;
    assert!(
        html.as_str()
            .is_some_and(|html| html.contains("<img src=\"data:image/png;base64,UE5H\">")),
        "{html}"
    );
}

#[tokio::test]
async fn python_delivers() {
    let mut command = program("python3");
    command.arg("smtplib_client.py");
    delivers_two(command).await;
}

#[tokio::test]
async fn swaks_delivers() {
    let mock = requiring_a_login().await;
    for protocol in [&["--tls", "--auth", "PLAIN"], &["--pipeline", "--auth", "LOGIN"]] {
        let mut command = program("swaks");
        command
            .args([
                "--server",
                &mock.smtp_addr().to_string(),
                "--from",
                "a@example.com",
                "--to",
                "ada@example.com",
            ])
            .args([
                "--auth-user",
                "ada",
                "--auth-password",
                "s\u{e9}cret",
                "--add-header",
                "MIME-Version: 1.0",
            ])
            .args([
                "--h-Subject",
                "=?utf-8?q?4466_ist_Ihr_Code_f=C3=BCr_heute?=",
                "--body",
                "text\\n.dot\\n",
            ])
            .args(protocol);
        succeeds(command).await;
    }
    let messages = mock.mailbox().messages();
    assert_eq!(messages.len(), 2);
    for message in messages {
        assert_delivered(&message, "ada@example.com");
        assert!(
            message.text.contains("\n.dot\n"),
            "the dot is part of the message: {:?}",
            message.text
        );
    }
}

#[tokio::test]
async fn smtp_source_delivers() {
    let mock = start().await;
    let address = mock.smtp_addr().to_string();
    let mut command = program("smtp-source");
    // Like Postfix: ten messages of 100 KB to three recipients each, in four concurrent sessions.
    command.args(["-m", "10", "-s", "4", "-r", "3", "-l", "100000"]).args([
        "-f",
        "a@example.com",
        "-t",
        "ada@example.com",
        &address,
    ]);
    succeeds(command).await;
    let messages = mock.mailbox().messages();
    assert_eq!(messages.len(), 10);
    for message in messages {
        assert_eq!(message.to.len(), 3);
        assert!(message.raw.len() >= 100_000, "{}", message.raw.len());
    }
}

#[tokio::test]
async fn mailpit_client_library_reads() {
    let mock = start().await;
    let mut command = program("node");
    command.arg("mailpit.mjs").arg(format!("http://{}", mock.http_addr()));
    command.arg(mock.smtp_addr().port().to_string());
    succeeds(command).await;
}
