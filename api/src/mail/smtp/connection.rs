//! One connection to the mail server (RFC 5321): greeting, EHLO, TLS and login, then one email after another.

use std::net::SocketAddr;
use std::time::Duration;

use lettre::address::Envelope;
use mail_send::smtp::message::Parameters;
use mail_send::{Error, SmtpClient};
use smtp_proto::{EXT_START_TLS, EhloResponse};
use tokio::net::TcpStream;

use super::server::{Server, Tls};
use crate::tls::Stream;

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a reply may take. The limit of a whole sending is not longer.
const REPLY_TIMEOUT: Duration = Duration::from_secs(20);

/// How long resetting or closing a connection may take.
const PARTING_TIMEOUT: Duration = Duration::from_secs(1);

/// Why an email was not delivered.
pub(super) enum Fault {
    /// The server refused this email for good, with this reply code.
    Rejected(u16),
    /// The server refused this email for now, with this reply code.
    TemporarilyRejected(u16),
    /// The server cannot be reached, or does not serve this client. That says nothing about the email.
    Connection(String),
}

type Client = SmtpClient<Box<dyn Stream>>;

/// An open connection.
pub(super) struct Connection {
    client: Client,
    is_encrypted: bool,
}

impl Connection {
    /// Connects, encrypts and logs in.
    pub(super) async fn open(server: &Server) -> Result<Self, Fault> {
        let connecting = TcpStream::connect((server.host.as_str(), server.port));
        let stream = tokio::time::timeout(CONNECT_TIMEOUT, connecting)
            .await
            .map_err(|_| Error::Timeout)
            .and_then(|stream| stream.map_err(Error::Io))
            .map_err(|error| failed("connect", &error))?;
        let prepared = stream.set_nodelay(true).and_then(|()| stream.local_addr());
        let own_address = prepared.map_err(|error| failed("connect", &Error::Io(error)))?;
        let name = server.ehlo_name.clone().unwrap_or_else(|| address_literal(own_address));
        let plain = SmtpClient {
            stream,
            timeout: REPLY_TIMEOUT,
        };
        let (mut client, extensions, is_encrypted) = match server.tls {
            Tls::Implicit => {
                let encrypted = plain.into_tls(&server.tls_connector, &server.host).await;
                let (client, extensions) =
                    greet(boxed(encrypted.map_err(|error| failed("TLS", &error))?), &name).await?;
                (client, extensions, true)
            }
            Tls::Never => {
                let (client, extensions) = greet(boxed(plain), &name).await?;
                (client, extensions, false)
            }
            Tls::Required | Tls::Opportunistic => start_tls(plain, server, &name).await?,
        };
        if let Some(credentials) = &server.credentials {
            let login = client.authenticate(credentials, &extensions).await;
            login.map_err(|error| failed("login", &error))?;
        }
        Ok(Self { client, is_encrypted })
    }

    #[cfg(test)]
    pub(super) fn over(stream: impl Stream + 'static) -> Self {
        let timeout = REPLY_TIMEOUT;
        Self {
            client: boxed(SmtpClient { stream, timeout }),
            is_encrypted: false,
        }
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    /// Begins an email. The sender is the same for all emails, so a refusal for good is a fault of the connection.
    pub(super) async fn begin(&mut self, sender: &str) -> Result<(), Fault> {
        let begun = self.client.mail_from(sender, &Parameters::new()).await;
        begun.map_err(|error| match reply_code(&error) {
            Some(code @ (400..=420 | 422..=499)) => Fault::TemporarilyRejected(code),
            _ => failed("MAIL", &error),
        })
    }

    /// Sends the email that has begun.
    pub(super) async fn finish(&mut self, envelope: &Envelope, content: &[u8]) -> Result<(), Fault> {
        for recipient in envelope.to() {
            let accepted = self.client.rcpt_to(recipient.as_ref(), &Parameters::new()).await;
            accepted.map_err(|error| refused("RCPT", &error))?;
        }
        let sent = self.client.data(content).await;
        sent.map(drop).map_err(|error| refused("DATA", &error))
    }

    /// Prepares the connection for another email after a refusal. Tells whether it still works.
    pub(super) async fn reset(&mut self) -> bool {
        let reset = tokio::time::timeout(PARTING_TIMEOUT, self.client.rset());
        matches!(reset.await, Ok(Ok(())))
    }

    /// Closes the connection.
    pub(super) async fn quit(self) {
        let _ = tokio::time::timeout(PARTING_TIMEOUT, self.client.quit()).await;
    }
}

/// Waits for the greeting and says hello.
async fn greet<S: Stream>(
    mut client: SmtpClient<S>,
    name: &str,
) -> Result<(SmtpClient<S>, EhloResponse<String>), Fault> {
    let greeting = client.read().await.map_err(|error| failed("greeting", &error))?;
    if greeting.code() != 220 {
        return Err(failed("greeting", &Error::UnexpectedReply(greeting)));
    }
    let extensions = hello(&mut client, name).await?;
    Ok((client, extensions))
}

/// Says EHLO, or HELO to a server that does not know EHLO (RFC 5321, 3.2).
async fn hello<S: Stream>(client: &mut SmtpClient<S>, name: &str) -> Result<EhloResponse<String>, Fault> {
    match client.ehlo(name).await {
        Ok(extensions) => Ok(extensions),
        Err(Error::UnexpectedReply(reply)) if (500..600).contains(&reply.code()) => {
            let reply = client.cmd(format!("HELO {name}\r\n")).await;
            match reply.map_err(|error| failed("HELO", &error))? {
                reply if reply.code() == 250 => Ok(EhloResponse::default()),
                reply => Err(failed("HELO", &Error::UnexpectedReply(reply))),
            }
        }
        Err(error) => Err(failed("EHLO", &error)),
    }
}

async fn start_tls(
    plain: SmtpClient<TcpStream>,
    server: &Server,
    name: &str,
) -> Result<(Client, EhloResponse<String>, bool), Fault> {
    let (plain, extensions) = greet(plain, name).await?;
    if extensions.has_capability(EXT_START_TLS) {
        let encrypted = plain.start_tls(&server.tls_connector, &server.host).await;
        let mut client = boxed(encrypted.map_err(|error| failed("STARTTLS", &error))?);
        // What was said before the encryption does not count (RFC 3207, 4.2).
        let extensions = hello(&mut client, name).await?;
        Ok((client, extensions, true))
    } else if server.tls == Tls::Opportunistic {
        Ok((boxed(plain), extensions, false))
    } else {
        Err(Fault::Connection("the mail server does not offer STARTTLS".to_owned()))
    }
}

fn boxed<S: Stream + 'static>(client: SmtpClient<S>) -> Client {
    SmtpClient {
        stream: Box::new(client.stream),
        timeout: client.timeout,
    }
}

/// An IP address in place of a name (RFC 5321, 4.1.3).
fn address_literal(own: SocketAddr) -> String {
    match own.ip().to_canonical() {
        std::net::IpAddr::V4(address) => format!("[{address}]"),
        std::net::IpAddr::V6(address) => format!("[IPv6:{address}]"),
    }
}

/// The fault of a recipient or content that was refused. Some replies are about the connection all the same: the server
/// closes it, wants a login first, or is confused, as with a reply that belongs to another command. A full mailbox
/// (552) may have room later (RFC 5321, 4.5.3.1.10).
fn refused(step: &str, error: &Error) -> Fault {
    match reply_code(error) {
        Some(421 | 500 | 502..=504 | 521 | 530 | 534 | 535 | 538) => failed(step, error),
        Some(code @ (552 | 400..=499)) => Fault::TemporarilyRejected(code),
        Some(code @ 500..=599) => Fault::Rejected(code),
        _ => failed(step, error),
    }
}

/// The server's own words may quote the address or the password, so only its reply code is kept.
fn failed(step: &str, error: &Error) -> Fault {
    Fault::Connection(match (error, reply_code(error)) {
        (_, Some(code)) => format!("{step}: refused with {code}"),
        (Error::Io(error), _) => format!("{step}: {}", error.kind()),
        (Error::Tls(_) | Error::InvalidTLSName, _) => format!("{step}: the certificate or the encryption is not valid"),
        (Error::Timeout, _) => format!("{step}: no reply in time"),
        (Error::UnsupportedAuthMechanism, _) => format!("{step}: the mail server offers no login that is supported"),
        _ => format!("{step}: the reply cannot be read"),
    })
}

fn reply_code(error: &Error) -> Option<u16> {
    match error {
        Error::UnexpectedReply(reply) | Error::AuthenticationFailed(reply) => Some(reply.code()),
        _ => None,
    }
}
