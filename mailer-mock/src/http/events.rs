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

use super::error::Refusal;
use super::view::Summary;
use super::wait::position;
use crate::{Mailbox, ring};

/// After how long a browser that lost the connection tries again.
const RETRY: Duration = Duration::from_secs(1);

/// How often something is said, so that a connection that broke is noticed on both sides.
const HEARTBEAT: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Events {
    after: Option<String>,
}

/// Server-sent events: `mail`, a mail as in a list, under its ID; and `deleted`, with how many mails are left.
///
/// It begins with the next mail, or after the one that the query names. A client that was cut off names the last one that
/// it got, as browsers do by themselves, and gets what came meanwhile, as far as that is kept.
pub(super) async fn events(
    State(mailbox): State<Mailbox>,
    headers: HeaderMap,
    events: Result<Query<Events>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(Events { after }) = events?;
    let last_seen = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    // To refuse what is no ID would end a browser's attempts for good.
    let after = match last_seen.filter(|id| ring::is_id(id)) {
        Some(id) => Some(id),
        None => after.as_deref().map(position).transpose()?,
    };
    let feed = Feed::new(mailbox, after);
    let events = stream::unfold(feed, |mut feed| async {
        let event = feed.next().await?;
        Some((Ok::<_, Infallible>(event), feed))
    });
    let heartbeat = KeepAlive::new().interval(HEARTBEAT);
    Ok(Sse::new(events).keep_alive(heartbeat).into_response())
}

/// One reader's place in the mailbox. There is no queue to overflow: a slow reader misses what the mailbox itself has
/// dropped, and nothing else.
struct Feed {
    mailbox: Mailbox,
    changes: watch::Receiver<()>,
    greeted: bool,
    /// The ID of the last mail that was told.
    last: String,
    deletions: u64,
}

impl Feed {
    fn new(mailbox: Mailbox, after: Option<&str>) -> Self {
        // Subscribed before the first look, so that no mail slips in between.
        let changes = mailbox.changes();
        let now = mailbox.news("");
        Self {
            mailbox,
            changes,
            greeted: false,
            last: after.map_or(now.last_id, str::to_owned),
            deletions: now.deletions,
        }
    }

    async fn next(&mut self) -> Option<Event> {
        if !self.greeted {
            self.greeted = true;
            return Some(Event::default().comment("listening").retry(RETRY));
        }
        loop {
            let news = self.mailbox.news(&self.last);
            if news.deletions != self.deletions {
                self.deletions = news.deletions;
                let left = json!({ "total": news.total });
                return Event::default().event("deleted").json_data(left).ok();
            }
            if let Some(mail) = news.mail {
                self.last.clone_from(&mail.id);
                let event = Event::default().event("mail").id(&mail.id);
                return event.json_data(Summary::of(&mail)).ok();
            }
            self.changes.changed().await.ok()?;
        }
    }
}
