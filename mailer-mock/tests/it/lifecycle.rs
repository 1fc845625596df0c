use std::io;

use mailer_mock::{Config, MailerMock, Protocol};
use tokio::net::TcpStream;

use crate::support::{Client, start};

#[test]
fn listens_on_loopback_by_default() {
    let config = Config::default();
    assert_eq!(config.smtp.to_string(), "127.0.0.1:1025");
    assert_eq!(config.http.to_string(), "127.0.0.1:8025");
    let config = Config::ephemeral();
    assert_eq!(config.smtp.to_string(), "127.0.0.1:0");
    assert_eq!(config.http.to_string(), "127.0.0.1:0");
}

#[tokio::test]
async fn address_in_use_is_a_start_error() {
    let running = start().await;
    let free = Config::ephemeral();
    let smtp_taken = Config {
        smtp: running.smtp_addr(),
        ..free.clone()
    };
    let http_taken = Config {
        http: running.http_addr(),
        ..free
    };
    for (config, protocol, addr) in [
        (smtp_taken, Protocol::Smtp, running.smtp_addr()),
        (http_taken, Protocol::Http, running.http_addr()),
    ] {
        let error = MailerMock::start(config).await.expect_err("it is taken");
        assert_eq!((error.protocol, error.addr), (protocol, addr));
        assert_eq!(error.error.kind(), io::ErrorKind::AddrInUse);
        let text = error.to_string();
        assert!(text.contains(&addr.to_string()) && text.lines().count() == 1, "{text}");
    }
}

#[tokio::test]
async fn shutdown_closes_all_connections() {
    let mock = start().await;
    let (smtp, http) = (mock.smtp_addr(), mock.http_addr());
    let mut client = Client::greeted(smtp).await;
    let waiting = tokio::spawn(reqwest::get(format!("http://{http}/api/v1/wait?to=a@b&timeout=1m")));
    mock.shutdown().await;

    client.is_closed().await;
    assert!(waiting.await.expect("no panic").is_err());
    for addr in [smtp, http] {
        let refused = TcpStream::connect(addr).await.expect_err("it is closed");
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }
}

#[tokio::test]
async fn drop_closes_all_connections() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    drop(mock);
    client.is_closed().await;
}
