use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

/// Where mailer-mock listens, and what it asks of those who send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where mail is taken. Port 0 picks a free one.
    pub smtp: SocketAddr,
    /// Where the mailbox page and its API are served. Port 0 picks a free one.
    pub http: SocketAddr,
    /// Whom to let in. `None` accepts every login and asks for none; with credentials, mail is only taken from those
    /// who gave them.
    pub auth: Option<Credentials>,
    /// Whether STARTTLS is offered, with a certificate made at start
    /// ([`MailerMock::certificate`](crate::MailerMock::certificate)). Some clients take what is offered and then
    /// refuse a certificate that they do not know: they need to be given it, or this switched off.
    pub starttls: bool,
    /// Further names by which the page and its API may be called, such as `mail.example.com`. IP addresses, `localhost`,
    /// names below it, and names of one word always may. Any other is refused, because it could be that of a web page
    /// that has it lead here (DNS rebinding).
    pub allowed_hosts: Vec<String>,
}

impl Config {
    /// A free port on loopback for each listener, so that tests can run side by side. Ask
    /// [`MailerMock::smtp_addr`](crate::MailerMock::smtp_addr) and
    /// [`MailerMock::http_addr`](crate::MailerMock::http_addr) which ones it became.
    #[must_use]
    pub const fn ephemeral() -> Self {
        Self::on_loopback(0, 0)
    }

    const fn on_loopback(smtp_port: u16, http_port: u16) -> Self {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Self {
            smtp: SocketAddr::new(loopback, smtp_port),
            http: SocketAddr::new(loopback, http_port),
            auth: None,
            starttls: true,
            allowed_hosts: Vec::new(),
        }
    }
}

impl Default for Config {
    /// 127.0.0.1, ports 1025 and 8025: the ones that tools of this kind have always used. Only this machine can
    /// reach them, because whoever can reads every mail.
    fn default() -> Self {
        Self::on_loopback(1025, 8025)
    }
}

/// A user's name and password. Parsed from `user:password`; the first colon divides them.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Not empty.
    pub user: String,
    /// May be empty, and may hold colons.
    pub password: String,
}

impl FromStr for Credentials {
    type Err = NoCredentials;

    fn from_str(text: &str) -> Result<Self, NoCredentials> {
        match text.split_once(':') {
            Some((user, password)) if !user.is_empty() => Ok(Self {
                user: user.to_owned(),
                password: password.to_owned(),
            }),
            _ => Err(NoCredentials),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// A text is no user's name and password. It does not say which text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected user:password")]
pub struct NoCredentials;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_divided_by_the_first_colon() {
        for (text, expected) in [
            ("ada:secret", Ok(("ada", "secret"))),
            ("ada:a:b", Ok(("ada", "a:b"))),
            ("ada:", Ok(("ada", ""))),
            (":secret", Err(NoCredentials)),
            ("ada", Err(NoCredentials)),
            ("", Err(NoCredentials)),
        ] {
            let expected = expected.map(|(user, password): (&str, &str)| Credentials {
                user: user.to_owned(),
                password: password.to_owned(),
            });
            assert_eq!(text.parse(), expected, "{text}");
        }
    }

    #[test]
    fn credentials_are_not_shown() -> Result<(), NoCredentials> {
        let shown = format!("{:?}", "ada:secret".parse::<Credentials>()?);
        assert_eq!(shown, "Credentials { .. }");
        Ok(())
    }
}
