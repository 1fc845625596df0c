//! The SMTP server: the part of RFC 5321 that email libraries use, with `SIZE` (RFC 1870), `PIPELINING` (RFC 2920),
//! `8BITMIME` (RFC 6152), `SMTPUTF8` (RFC 6531), `STARTTLS` (RFC 3207) and `AUTH` (RFC 4954).
//!
//! `session` runs the commands of one client, with `auth` for AUTH and `mail_transaction` for MAIL, RCPT and DATA. It
//! reads `command`s and writes replies (`reply`) through `stream`, which undoes dot-stuffing with `data`, and starts
//! TLS. `sasl` parses the responses of AUTH, `quick_ack` turns off delayed TCP acknowledgements.

mod auth;
mod command;
mod data;
mod limits;
mod mail_transaction;
mod quick_ack;
mod reply;
mod sasl;
mod service;
mod session;
mod stream;
#[cfg(feature = "testing")]
pub mod testing;

use http_server::{Activity, ConnectionLimits};
use tokio::net::TcpStream;

use quick_ack::quick_ack;
pub(crate) use service::Service;
use session::Session;

/// Concurrent connections. Beyond them, the one that has sent nothing for the longest time is closed.
pub(crate) const CONNECTION_LIMITS: ConnectionLimits = ConnectionLimits::total(256);

/// Serves one connection until either side closes it.
pub(crate) async fn connection(stream: TcpStream, activity: Activity, service: Service) {
    let _open = service.connections.open();
    Session::new(quick_ack(stream, activity), service).run().await;
}
