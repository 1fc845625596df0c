use std::time::Duration;

use async_stream::stream;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::error::HttpError;
use super::message_json;
use super::wait::parse_id;
use crate::mailbox::Mailbox;
use crate::store;

/// How long a browser waits before it reconnects.
const RECONNECT_DELAY: Duration = Duration::from_secs(1);

/// How often a comment is sent, so that both sides notice a broken connection.
const HEARTBEAT: Duration = Duration::from_secs(15);

#[derive(Deserialize, FromRequestParts)]
#[from_request(via(Query), rejection(HttpError))]
#[serde(deny_unknown_fields)]
pub(super) struct EventsQuery {
    after: Option<String>,
}

/// Server-sent events: `mail` with a message as in a list and its ID, `deleted` with the number of messages left, and
/// `marked` with the number of unread messages.
///
/// The stream starts with the next message, or after the message in the query. A client that reconnects sends the ID of
/// its last event, as browsers do, and gets the messages that it missed if they are still stored.
pub(super) async fn events(
    State(mailbox): State<Mailbox>,
    headers: HeaderMap,
    query: EventsQuery,
) -> Result<Response, HttpError> {
    let last_seen = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    // Ignore an invalid ID: after an error response the browser does not reconnect.
    let after = match last_seen.filter(|id| store::is_id(id)) {
        Some(id) => Some(id),
        None => query.after.as_deref().map(parse_id).transpose()?,
    };
    let mut store = mailbox.subscribe();
    let now = store.borrow().update_since("");
    let mut last_id = after.map_or(now.last_id, str::to_owned);
    let (mut deletions, mut marks) = (now.deletions, now.marks);
    // There is no queue: a slow client misses only messages that the mailbox no longer stores.
    let events = stream! {
        yield Ok(Event::default().comment("listening").retry(RECONNECT_DELAY));
        loop {
            let update = store.borrow_and_update().update_since(&last_id);
            if update.deletions != deletions {
                deletions = update.deletions;
                yield Event::default().event("deleted").json_data(json!({ "total": update.total }));
            } else if update.marks != marks {
                marks = update.marks;
                yield Event::default().event("marked").json_data(json!({ "unread": update.unread }));
            } else if let Some(message) = update.message {
                last_id.clone_from(&message.id);
                let event = Event::default().event("mail").id(&last_id);
                yield event.json_data(message_json::summary(&message));
            } else if store.changed().await.is_err() {
                break;
            }
        }
    };
    let heartbeat = KeepAlive::new().interval(HEARTBEAT);
    // nginx would buffer the stream.
    let unbuffered = [("x-accel-buffering", "no")];
    Ok((unbuffered, Sse::new(events).keep_alive(heartbeat)).into_response())
}
