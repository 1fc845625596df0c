//! The mail servers that receive: mailer-mock, and one that acknowledges late.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ::tests::Process;
#[cfg(target_os = "linux")]
use rustix::net::sockopt::set_tcp_quickack;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use ::tests::Outcome;

/// mailer-mock, and the emails that its log reports.
pub(crate) struct Mailbox {
    process: Process,
    pub(crate) smtp: SocketAddr,
}

impl Mailbox {
    pub(crate) async fn start(program: PathBuf) -> Outcome<Self> {
        let mut command = Command::new(program);
        command
            .args(["--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"])
            .env_clear();
        let mut process = Process::start(command);
        let line = process.line_with("SMTP server on smtp://").await;
        let (_, smtp) = line
            .rsplit_once("smtp://")
            .ok_or("mailer-mock did not log its address")?;
        let smtp = smtp.parse()?;
        Ok(Self { process, smtp })
    }

    /// Waits for the next email, and returns its recipient and code.
    pub(crate) async fn next(&mut self) -> Outcome<(String, String)> {
        let line = self.process.find_line("delivered to=").await;
        let line = line.map_err(|seen| format!("an email did not arrive: {seen:?}"))?;
        delivered(&line).ok_or_else(|| format!("not the log line of an email: {line}").into())
    }

    /// Waits for a number of emails, so that none is in flight when the next slice begins.
    pub(crate) async fn skip(&mut self, emails: usize) -> Outcome<()> {
        for _ in 0..emails {
            self.next().await?;
        }
        Ok(())
    }
}

fn delivered(line: &str) -> Option<(String, String)> {
    let (_, fields) = line.split_once("delivered to=")?;
    let (to, fields) = fields.split_once(" code=")?;
    let (code, _) = fields.split_once(' ')?;
    Some((to.to_owned(), code.to_owned()))
}

/// An SMTP server that delays its acknowledgements, as Linux does by 40 ms without `TCP_QUICKACK`. A client that does
/// not set `TCP_NODELAY` sends the end of an email only after the start is acknowledged.
pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    recipients: UnboundedReceiver<String>,
}

impl Sink {
    pub(crate) async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (sender, recipients) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(session(stream, sender.clone()));
            }
        });
        Ok(Self { address, recipients })
    }

    /// Waits until an email to this address has arrived.
    pub(crate) async fn received(&mut self, address: &str) -> Outcome<()> {
        let received = tokio::time::timeout(Duration::from_secs(30), self.recipients.recv()).await;
        match received.map_err(|_| "an email did not arrive")? {
            Some(recipient) if recipient == address => Ok(()),
            other => Err(format!("an email to {other:?} instead of {address}").into()),
        }
    }
}

async fn session(stream: TcpStream, recipients: UnboundedSender<String>) -> Outcome<()> {
    let mut stream = BufReader::new(stream);
    let (mut recipient, mut in_content) = (String::new(), false);
    let mut reply = "220 localhost\r\n";
    loop {
        stream.write_all(reply.as_bytes()).await?;
        let mut line = String::new();
        loop {
            #[cfg(target_os = "linux")]
            set_tcp_quickack(stream.get_ref(), false)?;
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            if !in_content || line == ".\r\n" {
                break;
            }
        }
        reply = match line.get(..4).map(str::to_ascii_uppercase).as_deref() {
            _ if in_content => {
                recipients.send(recipient.clone())?;
                in_content = false;
                "250 accepted\r\n"
            }
            Some("RCPT") => {
                let address = line.split(['<', '>']).nth(1);
                address.ok_or("no recipient")?.clone_into(&mut recipient);
                "250 ok\r\n"
            }
            Some("DATA") => {
                in_content = true;
                "354 go on\r\n"
            }
            _ => "250 ok\r\n",
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_line_of_an_email_has_address_and_code() {
        let line = r#"2026-01-04T12:00:00Z  INFO mailer_mock: delivered to=a@example.com code=0042 subject="0042 is""#;
        assert_eq!(delivered(line), Some(("a@example.com".to_owned(), "0042".to_owned())));
        assert_eq!(delivered("listens"), None);
    }
}
