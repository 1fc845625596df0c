use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mailer_mock::{Config, MailerMock};

use crate::support::{Client, start};

fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

async fn requiring(credentials: &str) -> MailerMock {
    let config = Config {
        auth: credentials.parse().ok(),
        ..Config::ephemeral()
    };
    MailerMock::start(config).await.expect("free ports")
}

/// Logs in with every mechanism, and returns the last reply of each.
async fn log_in(mock: &MailerMock, user: &str, password: &str) -> [u16; 4] {
    let plain = base64(&format!("\0{user}\0{password}"));
    let (user, password) = (base64(user), base64(password));
    let mut replies = [0; 4];
    for (reply, lines) in replies.iter_mut().zip([
        vec![format!("AUTH PLAIN {plain}")],
        vec!["AUTH PLAIN".to_owned(), plain],
        vec![format!("AUTH LOGIN {user}"), password.clone()],
        vec!["AUTH LOGIN".to_owned(), user, password],
    ]) {
        let mut client = Client::greeted(mock.smtp_addr()).await;
        let (last, first) = lines.split_last().expect("it has a line");
        for line in first {
            assert_eq!(client.code(line).await, 334, "{line}");
        }
        *reply = client.code(last).await;
        let mail = client.code("MAIL FROM:<a@example.com>").await;
        assert_eq!(mail, if *reply == 235 { 250 } else { 530 }, "{last}");
    }
    replies
}

#[tokio::test]
async fn every_login_is_accepted_if_none_is_required() {
    let mock = start().await;
    assert_eq!(log_in(&mock, "ada", "secret").await, [235; 4]);
    assert_eq!(log_in(&mock, "j\u{f6}rg@example.com", "").await, [235; 4]);
}

#[tokio::test]
async fn only_the_required_login_is_accepted() {
    let mock = requiring("ada:se:cret").await;
    assert_eq!(log_in(&mock, "ada", "se:cret").await, [235; 4]);
    assert_eq!(log_in(&mock, "ada", "secret").await, [535; 4]);
    assert_eq!(log_in(&mock, "Ada", "se:cret").await, [535; 4]);
    assert!(mock.mailbox().messages().is_empty());
}

#[tokio::test]
async fn auth_is_valid_once_after_ehlo_and_outside_a_mail_transaction() {
    let mock = start().await;
    let login = format!("AUTH PLAIN {}", base64("\0ada\0secret"));
    let mut client = Client::connect(mock.smtp_addr()).await;
    assert_eq!(client.reply().await.0, 220);
    for (line, code) in [
        (login.as_str(), 503),
        ("EHLO test", 250),
        ("MAIL FROM:<a@example.com>", 250),
        (&login, 503),
        ("RSET", 250),
        (&login, 235),
        (&login, 503),
    ] {
        assert_eq!(client.code(line).await, code, "{line}");
    }
}

#[tokio::test]
async fn invalid_responses_are_explained() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    for (line, reply) in [
        ("AUTH PLAIN !", "expected UTF-8 in base64"),
        ("AUTH PLAIN AGEAYg", "expected UTF-8 in base64"),
        ("AUTH PLAIN /w==", "expected UTF-8 in base64"),
        ("AUTH PLAIN =", "expected NUL user NUL password in base64"),
        ("AUTH PLAIN YWRh", "expected NUL user NUL password in base64"),
        ("AUTH PLAIN AGEAYgBj", "expected NUL user NUL password in base64"),
        ("AUTH LOGIN =\r\n=", "the user name is empty"),
        ("AUTH PLAIN AABh", "the user name is empty"),
        ("AUTH PLAIN\r\n*", "authentication cancelled"),
        ("AUTH LOGIN\r\n*", "authentication cancelled"),
        ("AUTH LOGIN YWRh\r\n*", "authentication cancelled"),
    ] {
        if line.contains('\n') {
            client.send(format!("{line}\r\n")).await;
            assert_eq!(client.reply().await.0, 334, "{line}");
            assert_eq!(client.reply().await, (501, reply.to_owned()), "{line}");
        } else {
            assert_eq!(client.command(line).await, (501, reply.to_owned()), "{line}");
        }
    }
    // Commands follow again.
    assert_eq!(client.code("NOOP").await, 250);
    client.send(format!("AUTH PLAIN\r\n{}\r\n", "x".repeat(5_000))).await;
    assert_eq!(client.codes().await, [334, 500]);
    assert_eq!(client.code("NOOP").await, 250);
}
