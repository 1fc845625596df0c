//! The HTTP server: the mailbox as JSON, with the names of Mailpit for the routes that Mailpit has, and as a page.
//!
//! | route | response |
//! | --- | --- |
//! | `GET /api/v1/messages?start=0&limit=50` | the messages, newest first |
//! | `DELETE /api/v1/messages` | deletes all messages, or those in the body: `{"IDs": ["…"]}` |
//! | `GET /api/v1/message/{ID}` | one message with its `Text` and `HTML`; `latest` is the newest |
//! | `GET /api/v1/message/{ID}/raw` | its bytes |
//! | `GET /api/v1/message/{ID}/headers` | its headers |
//! | `GET /api/v1/message/{ID}/part/{PartID}` | an attachment |
//! | `GET /api/v1/search?query=to:ada@example.com` | the matching messages |
//! | `GET /api/v1/wait?to=ADDRESS&after=ID&timeout=10s` | the next message to the address |
//! | `GET /api/v1/events` | server-sent events, one for each message |
//! | `GET`, `PUT /api/v1/faults` | the failures that the SMTP server produces |
//! | `GET /api/v1/certificate` | the certificate for STARTTLS, as PEM |
//! | `GET /api/v1/openapi.json` | the `OpenAPI` document |
//! | `GET /livez`, `GET /readyz` | 200 |
//! | `GET /metrics` | metrics |
//! | `GET /view/{ID}.html` | the HTML of a message, with scripts and remote content blocked |
//! | `GET /` | the mailbox page |
//!
//! Pages on this machine may read `/api/v1` from any port.
//!
//! An error is `{"Error": "what is expected"}`. Every route responds with 421 if the host name is not allowed.

mod allowed_hosts;
mod app;
mod attachment;
mod certificate;
mod cors;
mod error;
mod events;
mod faults;
mod message_html;
mod message_json;
mod messages;
mod metrics;
mod page;
mod router;
mod search;
mod wait;

use std::time::Duration;

use http_server::Limits;

pub(crate) use allowed_hosts::AllowedHosts;
pub(crate) use app::App;
pub(crate) use certificate::Certificate;
pub(crate) use page::IndexPage;
pub(crate) use router::router;

/// Each client that waits for a message or listens to events holds a connection. A stop closes them all at once.
pub(crate) const LIMITS: Limits = Limits {
    max_connections: 1_024,
    head_timeout: Duration::from_mins(1),
    idle_timeout: Duration::from_mins(1),
    write_timeout: Duration::from_mins(1),
    drain_timeout: Duration::ZERO,
};
