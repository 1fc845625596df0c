//! The events of a user, as a Relay connection.

use async_graphql::connection::{CursorType, Edge, EmptyFields, PageInfo};
use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use entity::account_event;
use sea_orm::prelude::Uuid;

use super::context::app;
use super::cursor::{self, NotACursor};
use super::date_time::DateTime;
use super::errors::ApiError;
use crate::accounts::{self, UserStatus};
use crate::audit::EventPosition;

/// A page of what happened to an account, as the Relay specification of cursor connections has it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(super) struct AccountEventConnection {
    /// The events with their cursors.
    edges: Vec<Edge<Cursor, AccountEvent, EmptyFields>>,
    /// Whether there are more pages.
    page_info: PageInfo,
}

#[ComplexObject]
impl AccountEventConnection {
    /// The events.
    async fn nodes(&self) -> Vec<&AccountEvent> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }
}

/// Something that happened to an account.
#[derive(SimpleObject)]
pub(super) struct AccountEvent {
    /// A UUID that names the event.
    id: ID,
    /// What happened.
    kind: AccountEventKind,
    /// When it happened.
    created_at: DateTime,
    /// The client network of the request, such as `192.0.2.0/24`. Null if the server or its operator did it.
    network: Option<String>,
    /// The `User-Agent` header of the request, at most 200 characters. Null if there was none, or the server or its operator
    /// did it.
    user_agent: Option<String>,
}

/// What happened to an account. Later versions may add some, so a client needs a default.
#[derive(Enum, Copy, Clone, PartialEq, Eq)]
#[graphql(remote = "entity::AccountEventKind")]
pub(super) enum AccountEventKind {
    /// The address was registered.
    Registered,
    /// Somebody tried to register the address of the account. Nothing has changed.
    RegistrationAttempted,
    /// An email with a code was written to the user: for an activation, a password reset or a new address.
    CodeMailed,
    /// A wrong code was submitted.
    WrongCode,
    /// The account was activated. With the code, this also opened a session.
    Activated,
    /// A session was opened.
    SignedIn,
    /// One or more sessions were ended by `signOut`, `revokeSession`, `revokeOtherSessions` or the operator of the server.
    SignedOut,
    /// The user replaced the password, which ended all sessions and opened a new one.
    PasswordChanged,
    /// A code by email replaced the password, which ended all sessions.
    PasswordReset,
    /// The address was changed.
    EmailChanged,
    /// The operator of the server disabled the account.
    Disabled,
    /// The operator of the server enabled the account again.
    Enabled,
    /// The account was deleted.
    Deleted,
}

/// Lists a page of a user's events.
pub(super) async fn page(
    ctx: &Context<'_>,
    user: (Uuid, UserStatus),
    first: i32,
    after: Option<&str>,
) -> Result<AccountEventConnection, ApiError> {
    let (first, after) = (cursor::page_length(first)?, cursor::position::<Cursor>(after)?);
    let has_previous = after.is_some();
    let after = after.map(|Cursor(position)| position);
    let events = accounts::list_events(app(ctx), user, cursor::rows_of_page(first), after).await?;
    let (edges, page_info) = cursor::page(events, first, has_previous, |event| {
        Edge::new(Cursor(EventPosition::of(&event)), AccountEvent::from(event))
    });
    Ok(AccountEventConnection { edges, page_info })
}

impl From<account_event::Model> for AccountEvent {
    fn from(event: account_event::Model) -> Self {
        Self {
            id: event.id.into(),
            kind: event.kind.into(),
            created_at: DateTime(event.created_at),
            network: event.network,
            user_agent: event.user_agent,
        }
    }
}

/// Where a page ends.
pub(super) struct Cursor(EventPosition);

impl CursorType for Cursor {
    type Error = NotACursor;

    fn decode_cursor(text: &str) -> Result<Self, NotACursor> {
        let (created_at, id) = cursor::decode(text)?;
        Ok(Self(EventPosition { created_at, id }))
    }

    fn encode_cursor(&self) -> String {
        cursor::encode(self.0.created_at, self.0.id)
    }
}
