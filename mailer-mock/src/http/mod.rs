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

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;

use crate::listener::Admission;
pub(crate) use allowed_hosts::AllowedHosts;
pub(crate) use app::App;
pub(crate) use certificate::Certificate;
pub(crate) use page::IndexPage;
pub(crate) use router::router;

/// Concurrent connections. A client beyond them is disconnected. Each waiting client holds one.
pub(crate) const MAX_CONNECTIONS: usize = 1_024;

/// How long a client may take to send the head of a request, and keep an idle connection open.
const HEAD_TIMEOUT: Duration = Duration::from_mins(1);

/// Serves one connection until the client closes it.
pub(crate) async fn connection(stream: TcpStream, admission: Admission, app: Router) {
    if admission == Admission::Full {
        return;
    }
    // It fails only if the client disconnects or violates the protocol.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app))
        .await;
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::faults::Faults;
    use crate::mailbox::Mailbox;
    use crate::metrics::Connections;

    #[tokio::test]
    async fn connection_beyond_the_limit_is_closed_without_a_response() -> std::io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let app = router(App {
            mailbox: Mailbox::new(|| OffsetDateTime::UNIX_EPOCH),
            faults: Faults::default(),
            connections: Connections::default(),
            page: IndexPage::new(addr),
            certificate: Certificate(None),
            allowed_hosts: AllowedHosts::new(Vec::new()),
        });
        for (admission, has_response) in [(Admission::Welcome, true), (Admission::Full, false)] {
            let mut client = TcpStream::connect(addr).await?;
            let (stream, _) = listener.accept().await?;
            let serving = tokio::spawn(connection(stream, admission, app.clone()));
            client.write_all(b"GET /livez HTTP/1.0\r\n\r\n").await?;
            serving.await?;
            let mut response = Vec::new();
            // The kernel resets a connection that is closed with unread data.
            let _ = client.read_to_end(&mut response).await;
            assert_eq!(response.starts_with(b"HTTP/1.0 200"), has_response, "{admission:?}");
        }
        Ok(())
    }
}
