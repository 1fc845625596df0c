//! SMTP sessions without a network, for the property tests in `tests/properties` and for tests with a paused clock.

use time::OffsetDateTime;
use tokio::io::{AsyncRead, AsyncWrite};

use super::service::Service;
use super::session::Session;
use crate::config::Config;
use crate::faults::Faults;
use crate::mailbox::Mailbox;
use crate::metrics::Connections;
use crate::tls::Tls;

/// The mailbox and the faults of a new server, and its session with the client at the other end of `connection`.
///
/// # Panics
/// If no certificate can be generated.
pub fn session(
    connection: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    config: Config,
) -> (Mailbox, Faults, impl Future<Output = ()>) {
    let mailbox = Mailbox::new(|| OffsetDateTime::UNIX_EPOCH);
    let faults = Faults::default();
    let tls = config.starttls.then(|| Tls::self_signed(config.smtp));
    let service = Service {
        mailbox: mailbox.clone(),
        faults: faults.clone(),
        tls: tls.transpose().expect("a certificate"),
        login: config.auth,
        connections: Connections::default(),
    };
    (mailbox, faults, Session::new(connection, service).run())
}
