//! The SMTP side: as much of RFC 5321 as mail libraries use, with `SIZE` (RFC 1870), `PIPELINING` (RFC 2920),
//! `8BITMIME` (RFC 6152) and `SMTPUTF8` (RFC 6531).
//!
//! `session` is the dialogue, over anything that reads and writes, so that TLS can be put between later. It talks
//! through `wire` (lines, replies, timeouts), which has `data` undo the dot-stuffing. `command` and `reply` are what
//! goes over it, `prompt` keeps TCP from delaying it.

mod command;
mod data;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod prompt;
mod reply;
mod session;
#[cfg(test)]
mod timing;
mod wire;

use std::time::Duration;

use tokio::net::TcpStream;

use crate::listener::Admission;
use crate::{Faults, Mailbox};
use prompt::Prompt;
use session::Session;

/// Connections at one time; more are told 421 and closed.
pub(crate) const MAX_CONNECTIONS: usize = 256;

/// The largest mail, in bytes as they are sent, without the dots of dot-stuffing.
const MAX_MAIL: usize = 10 * 1024 * 1024;

/// Recipients of one mail; RFC 5321, section 4.5.3.1.8, asks for at least as many.
const MAX_RECIPIENTS: usize = 100;

/// The longest command line. RFC 5321, section 4.5.3.1.4, asks for 512 octets, and each extension adds some.
const MAX_LINE: usize = 2_048;

/// How long a client may keep silent, or leave replies unread (RFC 5321, section 4.5.3.2.7).
const IDLE: Duration = Duration::from_mins(5);

/// Serves one connection until either side ends it.
pub(crate) async fn connection(stream: TcpStream, admission: Admission, mailbox: Mailbox, faults: Faults) {
    let session = Session::new(Prompt::new(stream), mailbox, faults);
    match admission {
        Admission::Welcome => session.run().await,
        Admission::Full => session.refuse().await,
    }
}
