use std::convert::Infallible;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;

use super::error::HttpError;
use super::message_json;
use super::wait::parse_id;
use crate::mailbox::Mailbox;
use crate::store;

/// How long a browser waits before it reconnects.
const RECONNECT_DELAY: Duration = Duration::from_secs(1);

/// How often a comment is sent, so that both sides notice a broken connection.
const HEARTBEAT: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventsQuery {
    after: Option<String>,
}

/// Server-sent events: `mail` with a message as in a list and its ID, and `deleted` with the number of messages left.
///
/// The stream starts with the next message, or after the message in the query. A client that reconnects sends the ID of
/// its last event, as browsers do, and gets the messages that it missed if they are still stored.
pub(super) async fn events(
    State(mailbox): State<Mailbox>,
    headers: HeaderMap,
    query: Result<Query<EventsQuery>, QueryRejection>,
) -> Result<Response, HttpError> {
    let Query(EventsQuery { after }) = query?;
    let last_seen = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    // Ignore an invalid ID: after an error response the browser does not reconnect.
    let after = match last_seen.filter(|id| store::is_id(id)) {
        Some(id) => Some(id),
        None => after.as_deref().map(parse_id).transpose()?,
    };
    let feed = Feed::new(mailbox, after);
    let events = stream::unfold(feed, |mut feed| async {
        let event = feed.next().await?;
        Some((Ok::<_, Infallible>(event), feed))
    });
    let heartbeat = KeepAlive::new().interval(HEARTBEAT);
    Ok(Sse::new(events).keep_alive(heartbeat).into_response())
}

/// The position of one client in the mailbox. There is no queue: a slow client misses only messages that the mailbox no
/// longer stores.
struct Feed {
    mailbox: Mailbox,
    changes: watch::Receiver<()>,
    started: bool,
    /// The ID of the last message that was sent.
    last_id: String,
    deletions: u64,
}

impl Feed {
    fn new(mailbox: Mailbox, after: Option<&str>) -> Self {
        // Subscribe before the first look, so that no message is missed in between.
        let changes = mailbox.changes();
        let now = mailbox.update_since("");
        Self {
            mailbox,
            changes,
            started: false,
            last_id: after.map_or(now.last_id, str::to_owned),
            deletions: now.deletions,
        }
    }

    async fn next(&mut self) -> Option<Event> {
        if !self.started {
            self.started = true;
            return Some(Event::default().comment("listening").retry(RECONNECT_DELAY));
        }
        loop {
            let update = self.mailbox.update_since(&self.last_id);
            if update.deletions != self.deletions {
                self.deletions = update.deletions;
                let left = json!({ "total": update.total });
                return Event::default().event("deleted").json_data(left).ok();
            }
            if let Some(message) = update.message {
                self.last_id.clone_from(&message.id);
                let event = Event::default().event("mail").id(&message.id);
                return event.json_data(message_json::summary(&message)).ok();
            }
            self.changes.changed().await.ok()?;
        }
    }
}
