//! Changing and deleting an account.

use async_graphql::{InputObject, SimpleObject};

use crate::graphql::types::Session;
use crate::graphql::user_error::UserError;

/// The current password and the new one.
#[derive(InputObject)]
pub(in crate::graphql) struct ChangePasswordInput {
    /// The current password, exactly as typed. A wrong one is `INVALID_CREDENTIALS`.
    pub current_password: String,
    /// 8 to 128 Unicode code points of any kind, used exactly as sent: never trim or change them. `registrationPolicy`
    /// has the numbers.
    pub new_password: String,
}

/// The current password.
#[derive(InputObject)]
pub(in crate::graphql) struct DeleteAccountInput {
    /// The current password, exactly as typed. A wrong one is `INVALID_CREDENTIALS`.
    pub current_password: String,
}

/// The answer to `changePassword`. On success the token of the request no longer works: keep the new one.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct ChangePasswordPayload {
    /// The new session, in the place of the one of the request. Null when refused.
    pub session: Option<Session>,
    /// Why the mutation was refused; empty on success. Check this, not the HTTP status.
    pub user_errors: Vec<UserError>,
}

/// The answer to `deleteAccount`. On success drop the token: the account is gone.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct DeleteAccountPayload {
    /// Why the mutation was refused; empty on success. Check this, not the HTTP status.
    pub user_errors: Vec<UserError>,
}
