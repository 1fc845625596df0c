//! The sessions of a user, as a Relay connection.

use async_graphql::connection::{CursorType, Edge, EmptyFields, PageInfo};
use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use entity::session;
use sea_orm::prelude::Uuid;

use super::caller::Caller;
use super::context::{app, caller};
use super::cursor::{self, NotACursor};
use super::date_time::DateTime;
use super::errors::ApiError;
use crate::accounts::{self, UserStatus};
use crate::sessions::SessionPosition;

/// A page of a user's sessions, as the Relay specification of cursor connections has it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(super) struct UserSessionConnection {
    /// The sessions with their cursors.
    edges: Vec<Edge<Cursor, UserSession, EmptyFields>>,
    /// Whether there are more pages.
    page_info: PageInfo,
}

#[ComplexObject]
impl UserSessionConnection {
    /// The sessions.
    async fn nodes(&self) -> Vec<&UserSession> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }
}

/// A session of a user: a browser or device that is signed in.
#[derive(SimpleObject)]
pub(super) struct UserSession {
    /// A UUID, which `revokeSession` takes. Not a secret.
    id: ID,
    /// When it was opened.
    created_at: DateTime,
    /// When it was last used, exact to an hour.
    last_used_at: DateTime,
    /// When it ends, even if it is in use. It ends earlier if it is unused for `idleTimeoutSeconds` of `Session`.
    expires_at: DateTime,
    /// The `User-Agent` header with which it was opened, at most 200 characters. Null if there was none.
    user_agent: Option<String>,
    /// The client network from which it was opened, such as `192.0.2.0/24`.
    network: String,
    /// Whether this request was made with it. False for all sessions if the request uses HTTP Basic.
    is_current: bool,
}

/// Lists a page of a user's sessions.
pub(super) async fn page(
    ctx: &Context<'_>,
    user: (Uuid, UserStatus),
    first: i32,
    after: Option<&str>,
) -> Result<UserSessionConnection, ApiError> {
    let (first, after) = (cursor::page_length(first)?, cursor::position::<Cursor>(after)?);
    let has_previous = after.is_some();
    let after = after.map(|Cursor(position)| position);
    let sessions = accounts::list_sessions(app(ctx), user, cursor::rows_of_page(first), after).await?;
    let (edges, page_info) = cursor::page(sessions, first, has_previous, |session| {
        Edge::new(
            Cursor(SessionPosition::of(&session)),
            UserSession::of(session, caller(ctx)),
        )
    });
    Ok(UserSessionConnection { edges, page_info })
}

impl UserSession {
    fn of(session: session::Model, caller: &Caller) -> Self {
        Self {
            is_current: caller.uses(&session),
            id: session.id.into(),
            created_at: DateTime(session.created_at),
            last_used_at: DateTime(session.last_used_at),
            expires_at: DateTime(session.expires_at),
            user_agent: session.user_agent,
            network: session.network,
        }
    }
}

/// Where a page ends.
pub(super) struct Cursor(SessionPosition);

impl CursorType for Cursor {
    type Error = NotACursor;

    fn decode_cursor(text: &str) -> Result<Self, NotACursor> {
        let (last_used_at, id) = cursor::decode(text)?;
        Ok(Self(SessionPosition { last_used_at, id }))
    }

    fn encode_cursor(&self) -> String {
        cursor::encode(self.0.last_used_at, self.0.id)
    }
}
