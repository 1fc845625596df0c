use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_server::{AllowedHosts, Supervisor};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;

use crate::config::Config;
use crate::faults::Faults;
use crate::http::{App, IndexPage};
use crate::mailbox::Mailbox;
use crate::metrics::Connections;
use crate::tls::Tls;
use crate::{clock, http, smtp};

/// A running mailer-mock: an SMTP server, an HTTP server, and their mailbox.
///
/// Dropping it stops both servers; [`shutdown`](Self::shutdown) also waits until they have stopped.
///
/// ```
/// # async fn example() -> Result<(), mailer_mock::StartError> {
/// use mailer_mock::{Config, MailerMock};
/// use std::time::Duration;
///
/// let mock = MailerMock::start(Config::ephemeral()).await?;
/// // … the code under test sends an email to `mock.smtp_addr()` …
/// let message = mock.mailbox().wait_for("ada@example.com", None, Duration::from_secs(5)).await;
/// let code = message.as_ref().and_then(|message| message.codes.first());
/// # let _ = code;
/// mock.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct MailerMock {
    smtp_addr: SocketAddr,
    http_addr: SocketAddr,
    mailbox: Mailbox,
    faults: Faults,
    certificate: Option<Arc<str>>,
    stop: DropGuard,
    listeners: [JoinHandle<()>; 2],
}

impl MailerMock {
    /// Starts both servers on the current tokio runtime. When it returns, both accept connections.
    ///
    /// # Errors
    ///
    /// If an address cannot be bound, for example because its port is in use. Then neither server runs.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let (smtp_listener, smtp_addr) = bind(Protocol::Smtp, config.smtp).await?;
        let (http_listener, http_addr) = bind(Protocol::Http, config.http).await?;

        let mailbox = Mailbox::new(clock::system);
        let faults = Faults::default();
        let tls = config.starttls.then(|| Tls::self_signed(smtp_addr)).transpose();
        let tls = tls.map_err(|error| StartError {
            protocol: Protocol::Smtp,
            addr: smtp_addr,
            error: io::Error::other(error),
        })?;
        let certificate = tls.as_ref().map(|tls| Arc::clone(&tls.certificate));
        let supervisor = Supervisor::default();
        let stop = supervisor.stopping();
        let (smtp_stop, http_stop) = (stop.clone(), stop.clone());

        let connections = Connections::default();
        let service = smtp::Service {
            mailbox: mailbox.clone(),
            faults: faults.clone(),
            tls,
            login: config.auth,
            connections: connections.clone(),
        };
        let app = http::router(App {
            mailbox: mailbox.clone(),
            faults: faults.clone(),
            connections,
            page: IndexPage::new(smtp_addr),
            certificate: certificate.clone(),
            allowed_hosts: AllowedHosts::local_and(config.allowed_hosts),
        });
        let listeners = [
            supervisor.keep_running("smtp", move || {
                let service = service.clone();
                http_server::accept_connections(
                    smtp_listener.clone(),
                    smtp::CONNECTION_LIMITS,
                    |_| None,
                    Duration::ZERO,
                    smtp_stop.clone(),
                    move |stream, _, activity| smtp::connection(stream, activity, service.clone()),
                )
            }),
            supervisor.keep_running("http", move || {
                http_server::serve(
                    http_listener.clone(),
                    app.clone(),
                    http::LIMITS,
                    |_| None,
                    http_stop.clone(),
                )
            }),
        ];
        Ok(Self {
            smtp_addr,
            http_addr,
            mailbox,
            faults,
            certificate,
            stop: stop.drop_guard(),
            listeners,
        })
    }

    /// The address of the SMTP server, with the actual port if the configured one is 0.
    #[must_use]
    pub fn smtp_addr(&self) -> SocketAddr {
        self.smtp_addr
    }

    /// The address of the mailbox page and its API, with the actual port if the configured one is 0.
    #[must_use]
    pub fn http_addr(&self) -> SocketAddr {
        self.http_addr
    }

    /// The received messages.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// The failures that the SMTP server produces.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The certificate for STARTTLS as PEM, for clients to trust; `None` if STARTTLS is turned off. It is valid for
    /// `localhost`, `mailer-mock`, 127.0.0.1, `::1` and the address of the SMTP server.
    #[must_use]
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// Stops both servers and closes every connection. An incomplete message is not stored.
    pub async fn shutdown(self) {
        drop(self.stop);
        for listener in self.listeners {
            // It fails only if the loop panicked, and then it has stopped too.
            let _ = listener.await;
        }
    }
}

async fn bind(protocol: Protocol, addr: SocketAddr) -> Result<(Arc<TcpListener>, SocketAddr), StartError> {
    let bound = http_server::bind(addr).await;
    bound.map_err(|error| StartError { protocol, addr, error })
}

/// An address could not be bound. The error text is one line with the address and the reason.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {addr} for {protocol}: {error}")]
pub struct StartError {
    /// The server that could not start.
    pub protocol: Protocol,
    /// The configured address.
    pub addr: SocketAddr,
    /// The reason; [`io::ErrorKind::AddrInUse`] if the port is in use.
    pub error: io::Error,
}

/// One of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Configured by [`Config::smtp`].
    Smtp,
    /// The mailbox page and its API, configured by [`Config::http`].
    Http,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Smtp => "SMTP",
            Self::Http => "HTTP",
        })
    }
}
