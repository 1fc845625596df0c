//! The HTTP server: the mailbox as JSON and as a page. Routes that Mailpit also has use Mailpit's names.
//!
//! `router` lists the routes, `openapi.json` describes them.
//!
//! Pages on this machine may read `/api/v1` from any port.
//!
//! An error is `{"Error": "what is expected"}`. Every route responds with 421 if the host name is not allowed.

mod allowed_hosts;
mod attachment;
mod cors;
mod error;
mod events;
mod faults;
mod message_html;
mod message_json;
mod messages;
mod page;
mod range;
mod request_body;
mod router;
mod search;
mod wait;

use std::time::Duration;

use http_server::{ConnectionLimits, Limits};

pub(crate) use page::IndexPage;
pub(crate) use router::{App, router};

/// Each client that waits for a message or listens to events holds a connection. A stop closes them all at once.
pub(crate) const LIMITS: Limits = Limits {
    connections: ConnectionLimits::total(1_024),
    head_timeout: Duration::from_mins(1),
    idle_timeout: Duration::from_mins(1),
    write_timeout: Duration::from_mins(1),
    drain_timeout: Duration::ZERO,
};
