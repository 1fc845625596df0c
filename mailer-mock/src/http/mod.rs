//! The HTTP side: the mailbox as JSON, in the spelling of Mailpit where Mailpit has the route, and as a page.
//!
//! | route | answer |
//! | --- | --- |
//! | `GET /api/v1/messages?start=0&limit=50` | the mails, newest first |
//! | `DELETE /api/v1/messages` | empties the mailbox, or deletes the mails that the body names: `{"IDs": ["…"]}` |
//! | `GET /api/v1/message/{ID}` | one mail with its `Text` and `HTML`; `latest` is the newest |
//! | `GET /api/v1/message/{ID}/raw` | its bytes |
//! | `GET /api/v1/message/{ID}/headers` | its headers |
//! | `GET /api/v1/message/{ID}/part/{PartID}` | an attachment |
//! | `GET /api/v1/search?query=to:ada@example.com` | as messages |
//! | `GET /api/v1/wait?to=ADDRESS&after=ID&timeout=10s` | the next mail to the address |
//! | `GET /api/v1/events` | server-sent events, one a mail |
//! | `GET`, `PUT /api/v1/faults` | the failures that the SMTP side plays |
//! | `GET /api/v1/certificate` | the certificate that STARTTLS shows, in PEM |
//! | `GET /api/v1/openapi.json` | this, for programs |
//! | `GET /livez`, `GET /readyz` | 200 |
//! | `GET /metrics` | counters of what happened |
//! | `GET /view/{ID}.html` | the HTML of a mail, in which nothing runs |
//! | `GET /` | the mailbox page |
//!
//! Pages of this machine may read what is below `/api/v1`, from whatever port they come.
//!
//! Refused requests are answered with `{"Error": "what is expected"}`: 421, whatever the route, to who calls this server
//! by a name that a stranger could own.

mod attachment;
mod certificate;
mod cors;
mod error;
mod events;
mod faults;
mod messages;
mod metrics;
mod names;
mod openapi;
mod page;
mod search;
mod view;
mod view_html;
mod wait;

use std::time::Duration;

use axum::extract::FromRef;
use axum::http::{Method, Uri};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::get;
use axum::{Json, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;

use crate::listener::Admission;
use crate::metrics::Connections;
use crate::{Faults, Mailbox};
pub(crate) use certificate::Certificate;
use error::Refusal;
pub(crate) use names::Names;
pub(crate) use page::Index;

/// Connections at one time; more are closed. Each waiting client holds one.
pub(crate) const MAX_CONNECTIONS: usize = 1_024;

/// How long a client may take to send a request's head, and keep an idle connection open.
const HEAD_TIMEOUT: Duration = Duration::from_mins(1);

/// What the routes share. Each takes the one thing that it needs.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) mailbox: Mailbox,
    pub(crate) faults: Faults,
    pub(crate) connections: Connections,
    pub(crate) page: Index,
    pub(crate) certificate: Certificate,
    pub(crate) names: Names,
}

/// Every route.
pub(crate) fn router(app: App) -> Router {
    let to_known_names = from_fn_with_state(app.names.clone(), names::answer_to_known_ones);
    let api = Router::new()
        .route("/messages", get(messages::list).delete(messages::delete))
        .route("/message/{id}", get(messages::one))
        .route("/message/{id}/raw", get(messages::raw))
        .route("/message/{id}/headers", get(messages::headers))
        .route("/message/{id}/part/{part}", get(attachment::download))
        .route("/search", get(search::search))
        .route("/wait", get(wait::wait))
        .route("/events", get(events::events))
        .route("/faults", get(faults::list).put(faults::replace))
        .route("/certificate", get(certificate::show))
        .route("/openapi.json", get(openapi::document));
    page::routes()
        .route("/livez", get(alive))
        .route("/readyz", get(alive))
        .route("/metrics", get(metrics::metrics))
        .nest("/api/v1", api.layer(from_fn(cors::let_this_machine_read)))
        .fallback(unknown_route)
        .method_not_allowed_fallback(unknown_method)
        .layer(to_known_names)
        .layer(map_response(page::protect))
        .with_state(app)
}

impl FromRef<App> for Mailbox {
    fn from_ref(app: &App) -> Self {
        app.mailbox.clone()
    }
}

impl FromRef<App> for Faults {
    fn from_ref(app: &App) -> Self {
        app.faults.clone()
    }
}

impl FromRef<App> for Certificate {
    fn from_ref(app: &App) -> Self {
        app.certificate.clone()
    }
}

impl FromRef<App> for Index {
    fn from_ref(app: &App) -> Self {
        app.page.clone()
    }
}

/// Serves one connection until the client closes it.
pub(crate) async fn connection(stream: TcpStream, admission: Admission, app: Router) {
    if admission == Admission::Full {
        return;
    }
    // It fails when the client breaks the connection or the protocol, which is the client's affair.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app))
        .await;
}

/// Both listeners are bound before the first request can arrive, so being alive is being ready.
async fn alive() -> Json<serde_json::Value> {
    Json(serde_json::json!({ "status": "ok" }))
}

async fn unknown_route(uri: Uri) -> Refusal {
    Refusal::not_found(format!("there is no route {}", uri.path()))
}

async fn unknown_method(method: Method, uri: Uri) -> Refusal {
    Refusal::method_not_allowed(format!("{} does not take {method}", uri.path()))
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_client_too_many_is_closed_without_an_answer() -> std::io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let app = router(App {
            mailbox: Mailbox::new(|| OffsetDateTime::UNIX_EPOCH),
            faults: Faults::default(),
            connections: Connections::default(),
            page: Index::new(addr),
            certificate: Certificate(None),
            names: Names::new(Vec::new()),
        });
        for (admission, answered) in [(Admission::Welcome, true), (Admission::Full, false)] {
            let mut client = TcpStream::connect(addr).await?;
            let (stream, _) = listener.accept().await?;
            let serving = tokio::spawn(connection(stream, admission, app.clone()));
            client.write_all(b"GET /livez HTTP/1.0\r\n\r\n").await?;
            serving.await?;
            let mut answer = Vec::new();
            // What is closed with the request unread is reset.
            let _ = client.read_to_end(&mut answer).await;
            assert_eq!(answer.starts_with(b"HTTP/1.0 200"), answered, "{admission:?}");
        }
        Ok(())
    }
}
