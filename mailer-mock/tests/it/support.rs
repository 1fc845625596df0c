use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mailer_mock::{Config, MailerMock, Message};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// How long a test waits for an event. Only a failure takes this long.
pub(crate) const GIVE_UP_AFTER: Duration = Duration::from_secs(20);

pub(crate) async fn start() -> MailerMock {
    MailerMock::start(Config::ephemeral()).await.expect("free ports")
}

/// An SMTP client that sends exactly the given bytes.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Connects without waiting for the greeting.
    pub(crate) async fn connect(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).await.expect("it listens");
        stream.set_nodelay(true).expect("a TCP option");
        Self {
            stream: BufReader::new(stream),
        }
    }

    /// Connects and says EHLO.
    pub(crate) async fn greeted(addr: SocketAddr) -> Self {
        let mut client = Self::connect(addr).await;
        assert_eq!(client.reply().await.0, 220);
        assert_eq!(client.command("EHLO test").await.0, 250);
        client
    }

    /// Connects and sends the commands up to the 354 that expects the content.
    pub(crate) async fn sending(addr: SocketAddr, to: &str) -> Self {
        let mut client = Self::greeted(addr).await;
        client.begin(to).await;
        client
    }

    pub(crate) async fn begin(&mut self, to: &str) {
        assert_eq!(self.command("MAIL FROM:<sender@example.com>").await.0, 250);
        assert_eq!(self.command(&format!("RCPT TO:<{to}>")).await.0, 250);
        assert_eq!(self.command("DATA").await.0, 354);
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let sent = self.stream.get_mut().write_all(bytes.as_ref()).await;
        sent.expect("the connection is open");
    }

    /// Sends a line and returns the reply.
    pub(crate) async fn command(&mut self, line: &str) -> (u16, String) {
        self.send(format!("{line}\r\n")).await;
        self.reply().await
    }

    /// Sends a line and returns the code of the reply.
    pub(crate) async fn code(&mut self, line: &str) -> u16 {
        self.command(line).await.0
    }

    /// The next reply: its code and its lines.
    pub(crate) async fn reply(&mut self) -> (u16, String) {
        let mut text = String::new();
        loop {
            let line = self.line().await.expect("a reply");
            let (code, rest) = line.split_at(3);
            text.push_str(&rest[1..]);
            if rest.starts_with(' ') {
                return (code.parse().expect("a code"), text);
            }
            text.push('\n');
        }
    }

    pub(crate) async fn codes<const N: usize>(&mut self) -> [u16; N] {
        let mut codes = [0; N];
        for code in &mut codes {
            *code = self.reply().await.0;
        }
        codes
    }

    /// Asserts that the server closes the connection without another reply.
    pub(crate) async fn is_closed(&mut self) {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(GIVE_UP_AFTER, self.stream.read_to_end(&mut rest)).await;
        // The kernel resets a connection that is closed with unread data.
        let _ = read.expect("the connection is closed");
        assert_eq!(String::from_utf8_lossy(&rest), "");
    }

    /// Asserts that the server closes the connection, possibly after replies.
    pub(crate) async fn is_closed_after_any_reply(&mut self) {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(GIVE_UP_AFTER, self.stream.read_to_end(&mut rest)).await;
        let _ = read.expect("the connection is closed");
    }

    /// Closes the connection and waits until the server has closed it too.
    pub(crate) async fn disconnect(mut self) {
        let shutdown = self.stream.get_mut().shutdown().await;
        shutdown.expect("the connection is open");
        self.is_closed().await;
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line);
        let length = tokio::time::timeout(GIVE_UP_AFTER, read).await.ok()?.ok()?;
        (length > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
    }
}

/// Delivers a message over a new connection.
pub(crate) async fn deliver(mock: &MailerMock, to: &str, content: &str) {
    let mut client = Client::sending(mock.smtp_addr(), to).await;
    let content = content.replace('\n', "\r\n");
    assert_eq!(client.code(&format!("{content}\r\n.")).await, 250);
}

/// The texts of all messages, oldest first.
pub(crate) fn texts(mock: &MailerMock) -> Vec<String> {
    let messages = mock.mailbox().messages();
    messages.iter().rev().map(|m| m.text.clone()).collect()
}

/// Sends a GET request, and returns status and body.
pub(crate) async fn get(mock: &MailerMock, path: &str) -> (u16, Value) {
    request(mock, reqwest::Method::GET, path, "").await
}

pub(crate) async fn put(mock: &MailerMock, path: &str, body: &str) -> (u16, Value) {
    request(mock, reqwest::Method::PUT, path, body).await
}

pub(crate) async fn request(mock: &MailerMock, method: reqwest::Method, path: &str, body: &str) -> (u16, Value) {
    let url = format!("http://{}{path}", mock.http_addr());
    let request = reqwest::Client::new().request(method, url);
    let response = request.body(body.to_owned()).timeout(GIVE_UP_AFTER).send().await;
    let response = response.expect("a response");
    let status = response.status().as_u16();
    let body = response.bytes().await.expect("a body");
    let json = serde_json::from_slice(&body);
    (
        status,
        json.unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned())),
    )
}

/// A connection that sends one message after the other.
pub(crate) struct Receiver {
    pub(crate) mock: MailerMock,
    client: Client,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let mock = start().await;
        let client = Client::greeted(mock.smtp_addr()).await;
        Self { mock, client }
    }

    /// Sends a message and returns how it was received. Line breaks become CR LF.
    pub(crate) async fn receive(&mut self, content: impl AsRef<[u8]>) -> Arc<Message> {
        let mut lines = Vec::new();
        for line in content.as_ref().split(|&byte| byte == b'\n') {
            lines.extend_from_slice(if line.starts_with(b".") { b"." } else { b"" });
            lines.extend_from_slice(line);
            lines.extend_from_slice(b"\r\n");
        }
        self.client.begin("ada@example.com").await;
        self.client.send(lines).await;
        assert_eq!(self.client.code(".").await, 250);
        self.mock.mailbox().messages().remove(0)
    }
}
