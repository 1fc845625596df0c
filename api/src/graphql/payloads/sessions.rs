//! Opening and ending sessions.

use async_graphql::{ID, InputObject, SimpleObject};

use crate::graphql::types::Session;
use crate::graphql::user_error::UserError;

/// Email and password.
#[derive(InputObject)]
pub(in crate::graphql) struct SignInInput {
    /// The registered address; case does not matter.
    pub email: String,
    /// The password, exactly as typed.
    pub password: String,
}

/// Which session.
#[derive(InputObject)]
pub(in crate::graphql) struct RevokeSessionInput {
    /// The `id` of one of the caller's sessions: see `User.sessions`.
    pub id: ID,
}

/// The answer to `signIn`.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct SignInPayload {
    /// The new session. Null when refused.
    pub session: Option<Session>,
    /// Why the mutation was refused; empty on success. Check this, not the HTTP status.
    pub user_errors: Vec<UserError>,
}

/// The answer to `signOut`. Drop the token in any case.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct SignOutPayload {
    /// Always empty for now. Later versions may refuse.
    pub user_errors: Vec<UserError>,
}

/// The answer to `revokeSession`.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct RevokeSessionPayload {
    /// Why the mutation was refused; empty on success. Check this, not the HTTP status.
    pub user_errors: Vec<UserError>,
}

/// The answer to `revokeOtherSessions`.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct RevokeOtherSessionsPayload {
    /// How many sessions were ended. Null when refused.
    pub revoked_count: Option<u64>,
    /// Always empty for now. Later versions may refuse.
    pub user_errors: Vec<UserError>,
}
