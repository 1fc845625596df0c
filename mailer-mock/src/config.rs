use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The two addresses that mailer-mock listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where mail is taken, in plain text SMTP. Port 0 picks a free one.
    pub smtp: SocketAddr,
    /// Where the mailbox page and its API are served. Port 0 picks a free one.
    pub http: SocketAddr,
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
