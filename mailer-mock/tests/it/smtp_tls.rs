use std::sync::Arc;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use mailer_mock::{Config, MailerMock};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::support::{Client, start};

/// Trusts the server's certificate and nothing else.
fn trusting(mock: &MailerMock) -> TlsConnector {
    let pem = mock.certificate().expect("STARTTLS is on");
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).expect("PEM");
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("a certificate");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the versions of ring")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// Sends these lines together in plain text, and starts TLS after this many replies.
async fn start_tls(mock: &MailerMock, lines: &str, replies: usize) -> BufReader<TlsStream<TcpStream>> {
    let mut stream = TcpStream::connect(mock.smtp_addr()).await.expect("it listens");
    stream.write_all(lines.as_bytes()).await.expect("it is open");
    for _ in 0..replies {
        // Byte by byte, because TLS follows the last line.
        while stream.read_u8().await.expect("a reply") != b'\n' {}
    }
    let name = ServerName::try_from("localhost").expect("a name");
    let tls = trusting(mock).connect(name, stream).await;
    BufReader::new(tls.expect("a certificate for that name"))
}

async fn command(tls: &mut BufReader<TlsStream<TcpStream>>, line: &str) -> Vec<String> {
    let sent = tls.get_mut().write_all(format!("{line}\r\n").as_bytes()).await;
    sent.expect("it is open");
    let mut reply = Vec::new();
    loop {
        let mut line = String::new();
        tls.read_line(&mut line).await.expect("a reply");
        let last = !line[3..].starts_with('-');
        reply.push(line.trim_end().to_owned());
        if last {
            return reply;
        }
    }
}

#[tokio::test]
async fn starttls_resets_the_session() {
    let mock = start().await;
    // An attacker in between can inject commands after STARTTLS.
    let lines = "HELO test\r\nAUTH PLAIN AGEAYg==\r\nMAIL FROM:<eve@example.com>\r\nSTARTTLS\r\nNOOP\r\nNOOP\r\n";
    let mut tls = start_tls(&mock, lines, 5).await;
    let refused = command(&mut tls, "MAIL FROM:<a@example.com>").await;
    assert_eq!(refused, ["503 send EHLO or HELO first"], "and no replies to NOOP");
    let extensions = command(&mut tls, "EHLO test").await;
    assert!(
        !extensions.iter().any(|line| line.contains("STARTTLS")),
        "{extensions:?}"
    );
    for (line, reply) in [
        ("STARTTLS", "503 TLS is already active"),
        ("AUTH PLAIN AGEAYg==", "235 authentication successful"),
        ("MAIL FROM:<a@example.com>", "250 ok"),
        ("RCPT TO:<ada@example.com>", "250 ok"),
    ] {
        assert_eq!(command(&mut tls, line).await, [reply], "{line}");
    }
    assert!(command(&mut tls, "DATA").await[0].starts_with("354 "));
    assert!(command(&mut tls, "code 4466\r\n.").await[0].starts_with("250 "));
    assert_eq!(mock.mailbox().messages()[0].codes, ["4466"]);
}

#[tokio::test]
async fn failed_handshake_affects_no_other_client() {
    let (mock, other) = (start().await, start().await);
    let mut stream = TcpStream::connect(mock.smtp_addr()).await.expect("it listens");
    stream.write_all(b"STARTTLS\r\n").await.expect("it is open");
    for _ in 0..2 {
        while stream.read_u8().await.expect("a reply") != b'\n' {}
    }
    let name = ServerName::try_from("localhost").expect("a name");
    let tls = trusting(&other).connect(name, stream).await;
    assert!(tls.is_err(), "a different certificate");

    // This client sends no TLS.
    let mut client = Client::greeted(mock.smtp_addr()).await;
    assert_eq!(client.code("STARTTLS").await, 220);
    client.send("EHLO test\r\n").await;
    client.is_closed_after_any_reply().await;
    Client::greeted(mock.smtp_addr()).await;
}

#[tokio::test]
async fn starttls_can_be_turned_off() {
    let config = Config {
        starttls: false,
        ..Config::ephemeral()
    };
    let mock = MailerMock::start(config).await.expect("free ports");
    assert_eq!(mock.certificate(), None);
    let mut client = Client::greeted(mock.smtp_addr()).await;
    let (_, extensions) = client.command("EHLO test").await;
    assert!(!extensions.contains("STARTTLS"), "{extensions}");
    assert_eq!(client.code("STARTTLS").await, 502);
    assert_eq!(client.code("NOOP").await, 250);
}

#[tokio::test]
async fn lettre_delivers_over_verified_tls() {
    let config = Config {
        auth: "ada:secret".parse().ok(),
        ..Config::ephemeral()
    };
    let mock = MailerMock::start(config).await.expect("free ports");
    let url = format!("http://{}/api/v1/certificate", mock.http_addr());
    let pem = reqwest::get(url).await.expect("a response").bytes().await;
    let certificate = Certificate::from_pem(&pem.expect("a body")).expect("PEM");
    let parameters = TlsParameters::builder("127.0.0.1".to_owned()).add_root_certificate(certificate);
    let transport = |password: &str| {
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
            .port(mock.smtp_addr().port())
            .tls(Tls::Required(parameters.clone().build_rustls().expect("rustls")))
            .credentials(Credentials::new("ada".to_owned(), password.to_owned()))
            .build()
    };
    let mail = Message::builder()
        .from("a@example.com".parse().expect("an address"))
        .to("j\u{f6}rg@example.com".parse().expect("an address"))
        .subject("Hello")
        .body("Your code is 4466".to_owned())
        .expect("a mail");
    transport("secret").send(mail.clone()).await.expect("it is accepted");
    transport("wrong").send(mail).await.expect_err("a wrong password");
    let [message] = &mock.mailbox().messages()[..] else {
        panic!("one mail");
    };
    assert_eq!(
        (message.codes[0].as_str(), message.to[0].address.as_str()),
        ("4466", "j\u{f6}rg@example.com")
    );
}

#[tokio::test]
async fn certificate_is_pem_with_lines_of_64_characters() {
    let mock = start().await;
    let lines: Vec<&str> = mock.certificate().expect("STARTTLS is offered").lines().collect();
    assert_eq!(lines[0], "-----BEGIN CERTIFICATE-----");
    assert_eq!(lines[1].len(), 64);
    assert_eq!(lines.last(), Some(&"-----END CERTIFICATE-----"));
}
