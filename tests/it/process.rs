//! The real binary, in a process of its own.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use browser::Port;
use mailer_mock::{Action, FaultRule, MailerMock, Stage};
use tempfile::TempDir;
use tests::{Client, Database, OTHER_PASSWORD, PASSWORD, Process, on_both_databases};
use tokio::net::TcpListener;

const SECRET: &str = "a secret of thirty-two bytes or more";

/// The process is killed between the commit and the delivery, then started again.
#[on_both_databases]
async fn acknowledged_registration_is_emailed_after_sigkill(database: Database) {
    let folder = TempDir::new().expect("a folder");
    let mailer = MailerMock::start(mailer_mock::Config::ephemeral())
        .await
        .expect("mailer-mock starts");
    let reject = FaultRule {
        stage: Stage::Mail,
        action: Action::Reply {
            code: 451,
            text: "not now".to_owned(),
        },
        times: None,
        recipient: None,
        fired: 0,
    };
    mailer.faults().set(vec![reject]);
    let smtp_url = format!("smtp://{}", mailer.smtp_addr());
    let environment = [
        ("DATABASE_URL", database.url()),
        ("SMTP_URL", &smtp_url),
        ("SECRET_KEY", SECRET),
        ("HTTP_ADDR", "127.0.0.1:0"),
    ];
    let mut api = Process::api(folder.path(), &[], &environment);
    let client = Client::new(api.listening().await);
    client.register("ada@example.com", PASSWORD).await.succeeds();
    // A worker claimed the email, and it is pending again.
    api.line_with("email not sent, will retry").await;
    api.kill().await;
    assert!(mailer.mailbox().messages().is_empty());

    mailer.faults().set(Vec::new());
    let mut api = Process::api(folder.path(), &[], &environment);
    let client = Client::new(api.listening().await);
    let mail = mailer
        .mailbox()
        .wait_for("ada@example.com", None, crate::seconds(60))
        .await
        .expect("an email");
    client
        .basic("ada@example.com", PASSWORD)
        .activate(&mail.codes[0])
        .await
        .succeeds();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_starts_without_settings() {
    let folder = TempDir::new().expect("a folder");
    // Only the port of the API is not the default, since another process may use that.
    let environment = [("HTTP_ADDR", "127.0.0.1:0")];
    let mut api = Process::api(folder.path(), &[], &environment);
    let client = Client::new(api.listening().await);
    let mailbox = api.line_with("Mailbox").await;
    let data = api.line_with("Data").await;
    assert!(
        data.contains(folder.path().join("data").to_str().expect("a path")),
        "{data}"
    );
    assert_eq!(mode(&folder.path().join("data")), 0o700);
    assert_eq!(mode(&folder.path().join("data/secret.key")), 0o600);
    assert!(mailbox.contains("http://localhost:"), "{mailbox}");

    client.register("ada@example.com", PASSWORD).await.succeeds();
    let line = api.line_with("delivered to=ada@example.com").await;
    let (_, rest) = line.split_once("code=").expect("a code");
    let code: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let activated = client.basic("ada@example.com", PASSWORD).activate(&code).await;
    let token = activated.session_token();
    let (status, _) = api.stop("INT").await;
    assert_eq!(status, Some(0));

    let mut api = Process::api(folder.path(), &[], &environment);
    let client = Client::new(api.listening().await);
    client.bearer(&token).me().await.is_user("ada@example.com");
    client.sign_in("ada@example.com", PASSWORD).await.succeeds();
    let (status, _) = api.stop("TERM").await;
    assert_eq!(status, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn default_mailbox_ports_move_if_taken() {
    let _held = tokio::join!(hold("127.0.0.1:1025"), hold("127.0.0.1:8025"));
    let folder = TempDir::new().expect("a folder");
    let mut api = Process::api(folder.path(), &[], &[("HTTP_ADDR", "127.0.0.1:0")]);
    for name in ["MAILER_MOCK_SMTP", "MAILER_MOCK_HTTP"] {
        let line = api.line_with("is taken").await;
        assert!(line.contains(name), "{line}");
    }
    let mailbox = api.line_with("Mailbox").await;
    assert!(!mailbox.contains(":8025"), "{mailbox}");
}

/// Holds a port. The server of another test may have it for a moment. A program that has it for longer is as good.
async fn hold(address: &str) -> Option<TcpListener> {
    let mut interval = tokio::time::interval(Duration::from_millis(10));
    let held = async {
        loop {
            interval.tick().await;
            if let Ok(listener) = TcpListener::bind(address).await {
                break listener;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), held).await.ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_can_listen_on_a_separate_address() {
    let port = Port::reserve();
    let metrics = port.address();
    let folder = TempDir::new().expect("a folder");
    let environment = [("HTTP_ADDR", "127.0.0.1:0"), ("METRICS_ADDR", &metrics.to_string())];
    let mut api = Process::api(folder.path(), &[], &environment);
    let address = api.listening().await;
    let status = async |server| {
        let request = Client::new(server).request(reqwest::Method::GET, "/metrics");
        request.send().await.expect("the server answers").status().as_u16()
    };
    assert_eq!((status(address).await, status(metrics).await), (404, 200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_contains_no_secrets() {
    let folder = TempDir::new().expect("a folder");
    let mailer = MailerMock::start(mailer_mock::Config::ephemeral())
        .await
        .expect("mailer-mock starts");
    let smtp_url = format!("smtp://{}", mailer.smtp_addr());
    let environment = [
        ("SMTP_URL", smtp_url.as_str()),
        ("HTTP_ADDR", "127.0.0.1:0"),
        ("LOG_FORMAT", "json"),
        ("RUST_LOG", "trace"),
    ];
    let mut api = Process::api(folder.path(), &[], &environment);
    let client = Client::new(api.listening().await);
    let registered = client.register("ada.lovelace@example.com", OTHER_PASSWORD).await;
    let verification = registered.verification_token();
    let mail = mailer
        .mailbox()
        .wait_for("ada.lovelace@example.com", None, crate::seconds(30))
        .await
        .expect("an email");
    let code = mail.codes[0].clone();
    client
        .basic("ada.lovelace@example.com", OTHER_PASSWORD)
        .me()
        .await
        .is_pending();
    let token = client.activate_with_token(&verification, &code).await.session_token();
    client.bearer(&token).me().await;
    client.sign_in("ada.lovelace@example.com", "a wrong password").await;
    let reset = client.request_password_reset("ada.lovelace@example.com").await;
    let reset = reset.verification_token();
    let mail = mailer
        .mailbox()
        .wait_for("ada.lovelace@example.com", Some(&mail.id), crate::seconds(30))
        .await
        .expect("an email");
    let reset_code = mail.codes[0].clone();
    client.reset_password(&reset, &reset_code, PASSWORD).await.succeeds();
    let session = client
        .sign_in("ada.lovelace@example.com", PASSWORD)
        .await
        .session_token();
    let ada = client.bearer(&session);
    let change = ada.request_email_change("countess@example.com", PASSWORD).await;
    let change = change.verification_token();
    let mail = mailer
        .mailbox()
        .wait_for("countess@example.com", None, crate::seconds(30))
        .await
        .expect("an email");
    let change_code = mail.codes[0].clone();
    ada.confirm_email_change(&change, &change_code).await.succeeds();
    ada.change_password(PASSWORD, "another long passphrase")
        .await
        .succeeds();
    let (status, lines) = api.stop("INT").await;
    assert_eq!(status, Some(0));
    let log = lines.join("\n");
    assert!(log.contains("email sent"), "{log}");
    for secret in [
        OTHER_PASSWORD,
        "a wrong password",
        &token,
        &verification,
        &format!("{code} is your"),
        &reset,
        &reset_code,
        &change,
        &change_code,
        &session,
        "another long passphrase",
        "ada.lovelace",
        "countess",
    ] {
        assert!(
            !log.contains(secret),
            "{secret} in {}",
            log.lines().find(|line| line.contains(secret)).unwrap_or_default()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_do_what_they_document() {
    let folder = TempDir::new().expect("a folder");
    let (status, lines) = Process::api(folder.path(), &["schema"], &[]).end().await;
    assert_eq!(status, Some(0));
    assert_eq!(lines.join("\n").trim_end(), api::graphql::sdl().trim_end());
    assert!(
        !folder.path().join("data").exists(),
        "printing the schema creates no files"
    );

    let (status, lines) = Process::api(folder.path(), &["demo"], &[]).end().await;
    assert_eq!(status, Some(0), "{lines:#?}");
    assert!(
        lines.iter().any(|line| line.contains("\"status\":\"ACTIVE\"")),
        "{lines:#?}"
    );

    let (status, _) = Process::api(folder.path(), &["migrate"], &[]).end().await;
    assert_eq!(status, Some(0));
    assert!(folder.path().join("data/registration.sqlite").exists());

    let mut api = Process::api(folder.path(), &[], &[("HTTP_ADDR", "127.0.0.1:0")]);
    let address = api.listening().await.to_string();
    let (status, _) = Process::api(folder.path(), &["healthcheck"], &[("HTTP_ADDR", &address)])
        .end()
        .await;
    assert_eq!(status, Some(0));
    api.kill().await;
    let (status, _) = Process::api(folder.path(), &["healthcheck"], &[("HTTP_ADDR", &address)])
        .end()
        .await;
    assert_eq!(status, Some(1));
}

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).expect("the file exists").permissions().mode() & 0o777
}
