//! `api users events`.

use entity::account_event;
use sea_orm::{ActiveEnum, DatabaseConnection};
use serde::Serialize;

use super::account::{Target, json};
use super::error::UsersError;
use crate::accounts::{AccountKey, find_account, next_events};
use crate::audit::EventPosition;
use crate::commands::output::Output;

/// An event in JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventJson {
    id: String,
    kind: String,
    created_at: String,
    network: Option<String>,
    user_agent: Option<String>,
    request_id: Option<String>,
}

impl From<account_event::Model> for EventJson {
    fn from(event: account_event::Model) -> Self {
        Self {
            id: event.id.to_string(),
            kind: event.kind.to_value().to_uppercase(),
            created_at: event.created_at.to_rfc3339(),
            network: event.network,
            user_agent: event.user_agent,
            request_id: event.request_id,
        }
    }
}

/// Prints the events of an account, the newest first. An id can also be that of a deleted user.
pub(super) async fn events(db: &DatabaseConnection, target: &Target, now: entity::Timestamp) -> Result<(), UsersError> {
    let account = find_account(db, &target.account, now).await?;
    let id = match (&account, &target.account) {
        (Some(account), _) => account.id,
        (None, AccountKey::Id(id)) => *id,
        (None, AccountKey::Email(_)) => return Err(UsersError::NoAccount),
    };
    let mut output = Output::new();
    let mut after = None;
    loop {
        let events = next_events(db, id, after).await?;
        let Some(last) = events.last() else { break };
        after = Some(EventPosition::of(last));
        for event in events {
            output.line(&row(event.into(), target.json))?;
        }
        if !output.flush()? {
            return Ok(());
        }
    }
    if account.is_none() && after.is_none() {
        return Err(UsersError::NoAccount);
    }
    Ok(())
}

fn row(event: EventJson, as_json: bool) -> String {
    if as_json {
        return json(&event);
    }
    let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    format!(
        "{}  {:22}  {:18}  {}  {}",
        event.created_at,
        event.kind,
        text(event.network),
        text(event.request_id),
        // A client chose it, so it may hold control characters.
        text(event.user_agent).escape_debug()
    )
}
