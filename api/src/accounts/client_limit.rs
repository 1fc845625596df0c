//! The limit of credential operations of a client.

use super::DomainError;
use crate::app::App;
use crate::client::Client;

/// Takes one credential operation of a client. If none is left, nothing is looked up and nothing hashed.
pub(super) fn check_client_limit(app: &App, client: &Client) -> Result<(), DomainError> {
    app.client_limit.check(client).map_err(DomainError::RateLimited)
}
