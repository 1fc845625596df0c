use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

/// The settings of a [`MailerMock`](crate::MailerMock).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The address of the SMTP server. Port 0 picks a free port.
    pub smtp: SocketAddr,
    /// The address of the mailbox page and its API. Port 0 picks a free port.
    pub http: SocketAddr,
    /// The login that clients must use. `None` accepts every login and requires none.
    pub auth: Option<Credentials>,
    /// Whether to offer STARTTLS, with a certificate generated at start
    /// ([`MailerMock::certificate`](crate::MailerMock::certificate)). Some clients use STARTTLS if it is offered and
    /// reject unknown certificates: make them trust this one, or turn STARTTLS off.
    pub starttls: bool,
    /// More host names under which the page and its API are available, such as `mail.example.com`. IP addresses,
    /// `localhost`, its subdomains, and names without a dot are always allowed. Other names are refused, because a web
    /// page could point its own name here (DNS rebinding).
    pub allowed_hosts: Vec<String>,
}

impl Config {
    /// Free ports on loopback, so that tests can run in parallel.
    /// [`MailerMock::smtp_addr`](crate::MailerMock::smtp_addr) and
    /// [`MailerMock::http_addr`](crate::MailerMock::http_addr) return the ports.
    #[must_use]
    pub fn ephemeral() -> Self {
        let mut config = Self::default();
        config.smtp.set_port(0);
        config.http.set_port(0);
        config
    }
}

impl Default for Config {
    /// 127.0.0.1 with the ports 1025 and 8025, as other tools of this kind. Only this machine can connect, because
    /// every client can read every email.
    fn default() -> Self {
        Self {
            smtp: ([127, 0, 0, 1], 1025).into(),
            http: ([127, 0, 0, 1], 8025).into(),
            auth: None,
            starttls: true,
            allowed_hosts: Vec::new(),
        }
    }
}

/// A user name and a password. Parses from `user:password`; the first colon is the separator.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Not empty.
    pub user: String,
    /// May be empty, and may contain colons.
    pub password: String,
}

impl FromStr for Credentials {
    type Err = ParseCredentialsError;

    fn from_str(text: &str) -> Result<Self, ParseCredentialsError> {
        match text.split_once(':') {
            Some((user, password)) if !user.is_empty() => Ok(Self {
                user: user.to_owned(),
                password: password.to_owned(),
            }),
            _ => Err(ParseCredentialsError),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// Credentials could not be parsed. The error does not contain the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected user:password")]
pub struct ParseCredentialsError;
