//! The mail server that `SMTP_URL` names.

use std::collections::HashMap;

use mail_send::Credentials;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use tokio_rustls::TlsConnector;
use url::Url;

use crate::start_error::StartError;
use crate::tls;

/// How to reach the mail server.
#[derive(Clone)]
pub struct SmtpConfig {
    /// `smtp://HOST:PORT`, also with `?tls=required` or `?tls=opportunistic`, or `smtps://HOST:PORT`. `USER:PASSWORD@`
    /// before the host logs in.
    pub url: SecretString,
    /// The name of this server in EHLO. Without it, the name of the machine if it has a dot, else the IP address.
    pub ehlo_name: Option<String>,
    /// Whether a connection may be without TLS.
    pub allow_plaintext: bool,
}

impl SmtpConfig {
    /// The server of a URL, with the default name and as the URL encrypts.
    pub fn new(url: impl Into<SecretString>) -> Self {
        Self {
            url: url.into(),
            ehlo_name: None,
            allow_plaintext: true,
        }
    }

    /// Checks the URL, without a connection.
    pub(crate) fn check(&self) -> Result<(), StartError> {
        Server::new(self).map(drop)
    }
}

/// When a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    Never,
    /// If the server offers STARTTLS.
    Opportunistic,
    /// Nothing is sent without STARTTLS (RFC 3207).
    Required,
    /// From the first byte (RFC 8314).
    Implicit,
}

/// The mail server.
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) tls_connector: TlsConnector,
    pub(super) credentials: Option<Credentials<String>>,
    pub(super) ehlo_name: Option<String>,
}

impl Server {
    pub(super) fn new(config: &SmtpConfig) -> Result<Self, StartError> {
        let server = Self::parse(config).ok_or(StartError::SmtpUrl)?;
        let is_encrypted = matches!(server.tls, Tls::Required | Tls::Implicit);
        if is_encrypted || config.allow_plaintext {
            Ok(server)
        } else {
            Err(StartError::PlaintextSmtp)
        }
    }

    fn parse(config: &SmtpConfig) -> Option<Self> {
        let url = Url::parse(config.url.expose_secret()).ok()?;
        let query: HashMap<_, _> = url.query_pairs().collect();
        let (tls, default_port) = match (url.scheme(), query.get("tls").map(AsRef::as_ref)) {
            ("smtp", None) => (Tls::Never, 25),
            ("smtp", Some("opportunistic")) => (Tls::Opportunistic, 587),
            ("smtp", Some("required")) => (Tls::Required, 587),
            ("smtps", None) => (Tls::Implicit, 465),
            _ => return None,
        };
        let is_complete = matches!(url.path(), "" | "/") && query.keys().all(|key| key == "tls");
        let host = url.host_str().filter(|host| !host.is_empty() && is_complete)?;
        Some(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(default_port),
            tls,
            tls_connector: tls::connector(),
            credentials: match url.username() {
                "" => None,
                user => Some(credentials(user, url.password()?)?),
            },
            ehlo_name: config.ehlo_name.clone().or_else(full_host_name),
        })
    }
}

fn credentials(user: &str, password: &str) -> Option<Credentials<String>> {
    let decode = |text: &str| Some(percent_decode_str(text).decode_utf8().ok()?.into_owned());
    Some(Credentials::Plain {
        username: decode(user)?,
        secret: decode(password)?,
    })
}

/// The machine's name, if it can be the full name that RFC 5321, 4.1.4 asks for.
fn full_host_name() -> Option<String> {
    let name = rustix::system::uname().nodename().to_str().ok()?.to_owned();
    name.contains('.').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Option<Server> {
        Server::parse(&SmtpConfig::new(url))
    }

    #[test]
    fn url_names_host_port_and_encryption() {
        for (url, host, port, tls) in [
            ("smtp://localhost:1025", "localhost", 1025, Tls::Never),
            ("smtp://mail.example.com/", "mail.example.com", 25, Tls::Never),
            ("smtp://[::1]:25", "::1", 25, Tls::Never),
            (
                "smtp://mail.example.com?tls=required",
                "mail.example.com",
                587,
                Tls::Required,
            ),
            (
                "smtp://mail.example.com:25?tls=opportunistic",
                "mail.example.com",
                25,
                Tls::Opportunistic,
            ),
            ("smtps://mail.example.com", "mail.example.com", 465, Tls::Implicit),
        ] {
            let server = parse(url).expect(url);
            assert_eq!(
                (server.host.as_str(), server.port, server.tls),
                (host, port, tls),
                "{url}"
            );
        }
    }

    #[test]
    fn plain_text_must_be_allowed() {
        for (url, is_encrypted) in [
            ("smtp://localhost", false),
            ("smtp://ada:secret@localhost", false),
            // An attacker can hide STARTTLS.
            ("smtp://localhost?tls=opportunistic", false),
            ("smtp://localhost?tls=required", true),
            ("smtps://localhost", true),
        ] {
            let mut config = SmtpConfig::new(url);
            assert!(Server::new(&config).is_ok(), "{url}");
            config.allow_plaintext = false;
            assert_eq!(Server::new(&config).is_ok(), is_encrypted, "{url}");
        }
    }

    #[test]
    fn credentials_are_percent_decoded() {
        let server = parse("smtps://ada%40example.com:p%23%2F%3A@mail.example.com").expect("a server");
        let expected = Credentials::Plain {
            username: "ada@example.com".to_owned(),
            secret: "p#/:".to_owned(),
        };
        assert!(server.credentials == Some(expected));
        assert!(parse("smtp://localhost").expect("a server").credentials.is_none());
    }

    #[test]
    fn other_urls_are_refused() {
        for url in [
            "",
            "localhost:25",
            "http://localhost",
            "smtp://",
            "smtp://localhost/path",
            "smtp://localhost?tls=maybe",
            "smtp://localhost?starttls=1",
            "smtps://ada@localhost",
            "smtps://ada:p/ss@localhost",
            "smtps://ada:p#ss@localhost",
            "smtps://ada:%ff@localhost",
        ] {
            assert!(parse(url).is_none(), "{url}");
        }
    }
}
