//! The SMTP side: as much of RFC 5321 as mail libraries use, with `SIZE` (RFC 1870), `PIPELINING` (RFC 2920),
//! `8BITMIME` (RFC 6152), `SMTPUTF8` (RFC 6531), `STARTTLS` (RFC 3207) and `AUTH` (RFC 4954).
//!
//! `session` is the dialogue, over anything that reads and writes; `login` is its part about who the client is,
//! `transaction` the one about a mail. It talks through `wire` (lines, replies, timeouts), which has `data` undo the
//! dot-stuffing and `channel` put TLS between. `command`, `auth` and `reply` are what goes over it, `prompt` keeps TCP
//! from delaying it.

mod auth;
mod channel;
mod command;
mod data;
mod login;
mod prompt;
mod reply;
mod session;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod timing;
mod transaction;
mod wire;

use std::time::Duration;

use tokio::net::TcpStream;

use crate::listener::Admission;
use crate::metrics::Connections;
use crate::tls::Tls;
use crate::{Credentials, Faults, Mailbox};
use prompt::Prompt;
use session::Session;

/// Connections at one time; more are told 421 and closed.
pub(crate) const MAX_CONNECTIONS: usize = 256;

/// The largest mail, in bytes as they are sent, without the dots of dot-stuffing.
const MAX_MAIL: usize = 10 * 1024 * 1024;

/// How many bytes beyond that are read in search of a mail's end, so that its sender can be told. What goes on further is
/// cut off.
const MAX_EXCESS: usize = 10 * 1024 * 1024;

/// Command lines in a row without a whole mail among them. A client that delivers needs a few for each.
const MAX_COMMANDS: u32 = 1_000;

/// Recipients of one mail; RFC 5321, section 4.5.3.1.8, asks for at least as many.
const MAX_RECIPIENTS: usize = 100;

/// The longest command line. RFC 5321, section 4.5.3.1.4, asks for 512 octets, and each extension adds some.
const MAX_LINE: usize = 2_048;

/// How long a client may keep silent, or leave replies unread (RFC 5321, section 4.5.3.2.7).
const IDLE: Duration = Duration::from_mins(5);

/// What every connection shares.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) mailbox: Mailbox,
    pub(crate) faults: Faults,
    /// Offered as STARTTLS, when there is one.
    pub(crate) tls: Option<Tls>,
    /// Who may send; everyone, when it is none.
    pub(crate) login: Option<Credentials>,
    pub(crate) connections: Connections,
}

/// Serves one connection until either side ends it.
pub(crate) async fn connection(stream: TcpStream, admission: Admission, service: Service) {
    let Service {
        mailbox,
        faults,
        tls,
        login,
        connections,
    } = service;
    let _open = connections.begin();
    let session = Session::new(Prompt::new(stream), mailbox, faults);
    match admission {
        Admission::Welcome => session.with_tls(tls).with_login(login).run().await,
        Admission::Full => session.refuse().await,
    }
}
