//! Sends emails over SMTP, and keeps the connections for the next ones.

mod connection;
mod server;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::Message;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::connection::{Connection, Fault};
use self::server::Server;
use super::domains::InProgress;
use super::outcome::Outcome;
use crate::start_error::StartError;

pub use self::server::SmtpConfig;

/// How long one sending may take, with connecting. Shorter than the lease of a claim.
pub(super) const SEND_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a kept connection may take to begin an email. All of them together leave time for a new one.
const KEPT_TIMEOUT: Duration = Duration::from_secs(2);

/// How often unused connections are closed. So a connection is unused for at most twice this time.
const CHECK_INTERVAL: Duration = Duration::from_secs(30);

/// The connections to one mail server. Clones share them.
#[derive(Clone)]
pub(super) struct Smtp {
    server: Arc<Server>,
    idle: Arc<Mutex<Vec<Idle>>>,
}

/// A connection that is not in use.
struct Idle {
    connection: Connection,
    /// Whether it was already unused at the last check.
    is_old: bool,
}

impl Smtp {
    /// Does not connect yet.
    pub(super) fn new(config: &SmtpConfig) -> Result<Self, StartError> {
        Ok(Self {
            server: Arc::new(Server::new(config)?),
            idle: Arc::default(),
        })
    }

    /// Sends an email and waits for the server's reply. An email that has not begun when `stop` is cancelled is not
    /// sent.
    pub(super) async fn send(
        &self,
        message: Message,
        progress: Option<&InProgress>,
        stop: &CancellationToken,
    ) -> Outcome {
        // A sending that is cancelled drops its connection. So a late reply is never taken for the reply to another
        // email.
        let sent = tokio::time::timeout(SEND_TIMEOUT, self.deliver(&message, progress, stop)).await;
        if let Some(progress) = progress {
            progress.answered(Instant::now());
        }
        match sent {
            Ok(Ok(true)) => Outcome::Sent,
            Ok(Ok(false)) => Outcome::NotBegun,
            Ok(Err(Fault::Rejected(code))) => Outcome::GiveUp(format!("rejected with {code}")),
            Ok(Err(Fault::TemporarilyRejected(code))) => Outcome::TryAgain(format!("temporarily rejected with {code}")),
            Ok(Err(Fault::Connection(reason))) => Outcome::ConnectionFailed(reason),
            Err(_) => Outcome::ConnectionFailed("the mail server did not reply in time".to_owned()),
        }
    }

    /// Tells whether the email was sent, or `stop` came first.
    async fn deliver(
        &self,
        message: &Message,
        progress: Option<&InProgress>,
        stop: &CancellationToken,
    ) -> Result<bool, Fault> {
        let (envelope, content) = (message.envelope(), message.formatted());
        let sender = envelope.from().map(AsRef::as_ref).unwrap_or_default();
        let Some(begun) = stop.run_until_cancelled(self.begin(sender)).await else {
            return Ok(false);
        };
        let mut connection = begun?;
        if let Some(progress) = progress {
            progress.sent(Instant::now());
        }
        let delivered = connection.finish(envelope, &content).await;
        let works = match delivered {
            Ok(()) => true,
            Err(Fault::Rejected(_) | Fault::TemporarilyRejected(_)) => connection.reset().await,
            // The server may be about to send replies to earlier commands.
            Err(Fault::Connection(_)) => false,
        };
        if works {
            self.idle().push(Idle {
                connection,
                is_old: false,
            });
        }
        delivered.map(|()| true)
    }

    /// A connection on which the email has begun. One that was kept may be closed or silent by now. Nothing was sent on
    /// it, so another one takes its place.
    async fn begin(&self, sender: &str) -> Result<Connection, Fault> {
        while let Some(mut connection) = self.kept() {
            match tokio::time::timeout(KEPT_TIMEOUT, connection.begin(sender)).await {
                Ok(Ok(())) => return Ok(connection),
                Ok(Err(Fault::Connection(_))) | Err(_) => {}
                Ok(Err(fault)) => return Err(fault),
            }
        }
        let mut connection = Connection::open(&self.server).await?;
        connection.begin(sender).await?;
        Ok(connection)
    }

    fn kept(&self) -> Option<Connection> {
        self.idle().pop().map(|idle| idle.connection)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the connections that are not used between two checks. Never returns.
    pub(super) async fn keep_closing_unused(&self) {
        loop {
            tokio::time::sleep(CHECK_INTERVAL).await;
            let is_unused = |idle: &mut Idle| std::mem::replace(&mut idle.is_old, true);
            let unused: Vec<_> = self.idle().extract_if(.., is_unused).collect();
            for idle in unused {
                idle.connection.quit().await;
            }
        }
    }
}

/// Whether a connection to the mail server is encrypted.
pub(crate) enum Encryption {
    /// Everybody on the way can read the emails.
    None,
    /// TLS, with a certificate that was checked.
    Tls,
}

/// Connects to the mail server, encrypts and logs in, and sends nothing. The error says which step failed.
pub(crate) async fn check_server(config: &SmtpConfig) -> Result<Encryption, String> {
    let server = Server::new(config).map_err(|error| error.to_string())?;
    let opened = tokio::time::timeout(SEND_TIMEOUT, Connection::open(&server)).await;
    match opened {
        Ok(Ok(connection)) => {
            let is_encrypted = connection.is_encrypted();
            connection.quit().await;
            Ok(if is_encrypted {
                Encryption::Tls
            } else {
                Encryption::None
            })
        }
        Ok(Err(Fault::Connection(reason))) => Err(reason),
        Ok(Err(Fault::Rejected(code) | Fault::TemporarilyRejected(code))) => Err(format!("refused with {code}")),
        Err(_) => Err("no reply in time".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt, BufReader, DuplexStream, duplex};

    use super::*;

    /// Keeps a connection, and returns its other end.
    fn keep_connection(smtp: &Smtp) -> BufReader<DuplexStream> {
        let (ours, theirs) = duplex(100);
        smtp.idle().push(Idle {
            connection: Connection::over(ours),
            is_old: false,
        });
        BufReader::new(theirs)
    }

    #[tokio::test(start_paused = true)]
    async fn unused_connection_is_closed_and_a_used_one_is_kept() {
        let smtp = Smtp::new(&SmtpConfig::new("smtp://localhost")).expect("a valid URL");
        let mut server = keep_connection(&smtp);
        let closing = smtp.clone();
        let closing = tokio::spawn(async move { closing.keep_closing_unused().await });
        for _ in 0..5 {
            tokio::time::sleep(CHECK_INTERVAL).await;
            let connection = smtp.kept().expect("a used connection is kept");
            smtp.idle().push(Idle {
                connection,
                is_old: false,
            });
        }
        let last_use = Instant::now();
        let mut command = String::new();
        server.read_line(&mut command).await.expect("a command");
        assert_eq!(command, "QUIT\r\n");
        assert!((CHECK_INTERVAL..=2 * CHECK_INTERVAL).contains(&last_use.elapsed()));
        assert!(smtp.kept().is_none());
        closing.abort();
    }
}
